/* The sealed file: every byte of it counts, and what is wrong is told. */
#include "tests/support/support.h"

#include <string.h>

#include "src/credentials/seal.h"

/* A file just sealed, and its key. */
struct world {
    struct seal_header header;
    unsigned char key[CRYPTO_KEY_SIZE];
    struct buffer file;
};

static struct world world;

static const char text[] = "the names of servers, and secrets";

static int begin (void **state)
{
    (void)state;
    AUTO (secret) passphrase = support_secret ("a long passphrase");
    struct error err = ERROR_INIT;
    buffer_init (&world.file, 4096);
    assert_ok (seal_new (&passphrase, &world.header, world.key, &err), &err);
    assert_ok (seal_make (&world.header, world.key, text, strlen (text), &world.file, &err), &err);
    return 0;
}

static int end (void **state)
{
    (void)state;
    buffer_release (&world.file);
    return 0;
}

/* Open the file with the key that was made with it. */
static int open_file (struct secret *ret_text, struct error *err)
{
    struct seal_header header;
    if (seal_read_header ("x", world.file.data, world.file.len, &header, err) != 0)
        return -1;
    if (!seal_key_fits (&header, world.key))
        return error_set (err, ERROR_KEYSTORE_LOCKED, "another key");
    return seal_open ("x", world.file.data, world.file.len, world.key, ret_text, err);
}

static void what_is_sealed_is_opened (void **state)
{
    (void)state;
    AUTO (secret) opened = SECRET_INIT;
    struct error err = ERROR_INIT;
    assert_ok (open_file (&opened, &err), &err);
    assert_string_equal (secret_text (&opened), text);
    assert_null (memmem (world.file.data, world.file.len, "servers", 7));
    assert_int_equal (world.file.len, SEAL_HEADER_SIZE + CRYPTO_SEAL_OVERHEAD + strlen (text));
}

static void a_flipped_bit_anywhere_is_damage (void **state)
{
    (void)state;
    for (size_t i = 0; i < world.file.len; i++)
        for (int bit = 0; bit < 8; bit++) {
            AUTO (secret) opened = SECRET_INIT;
            struct error err = ERROR_INIT;
            world.file.data[i] = (char)(world.file.data[i] ^ (1 << bit));
            assert_int_equal (open_file (&opened, &err), -1);
            assert_code (&err, ERROR_KEYSTORE);
            assert_int_equal (opened.len, 0);
            world.file.data[i] = (char)(world.file.data[i] ^ (1 << bit));
        }
}

static void a_file_cut_short_anywhere_is_told (void **state)
{
    (void)state;
    size_t whole = world.file.len;
    for (size_t len = 0; len < whole; len++) {
        AUTO (secret) opened = SECRET_INIT;
        struct error err = ERROR_INIT;
        world.file.len = len;
        assert_int_equal (open_file (&opened, &err), -1);
        assert_code (&err, ERROR_KEYSTORE);
    }
    world.file.len = whole;
}

static void a_wrong_passphrase_is_not_damage (void **state)
{
    (void)state;
    AUTO (secret) wrong = support_secret ("another passphrase");
    AUTO (secret) right = support_secret ("a long passphrase");
    unsigned char key[CRYPTO_KEY_SIZE];
    struct error err = ERROR_INIT;
    assert_ok (seal_derive (&world.header, &wrong, key, &err), &err);
    assert_false (seal_key_fits (&world.header, key));
    assert_ok (seal_derive (&world.header, &right, key, &err), &err);
    assert_true (seal_key_fits (&world.header, key));
}

static void put_number (size_t at, unsigned number)
{
    for (int i = 0; i < 4; i++)
        world.header.bytes[at + (size_t)i] = (unsigned char)(number >> (24 - 8 * i));
}

static void parameters_beyond_all_sense_are_refused (void **state)
{
    (void)state;
    /* memory, passes, lanes; the first row is what we make */
    static const struct {
        unsigned memory, passes, lanes;
        bool good;
    } rows[] = { { 65536, 3, 1, true },   { 1 << 20, 16, 16, true }, { (1 << 20) + 1, 3, 1, false },
                 { 65536, 17, 1, false }, { 65536, 0, 1, false },    { 65536, 3, 0, false },
                 { 65536, 3, 17, false }, { 7, 3, 1, false },        { 0xffffffff, 3, 1, false } };
    for (size_t i = 0; i < ARRAY_SIZE (rows); i++) {
        struct seal_header read;
        struct error err = ERROR_INIT;
        AUTO (buffer) file;
        buffer_init (&file, 4096);
        put_number (10, rows[i].memory);
        put_number (14, rows[i].passes);
        put_number (18, rows[i].lanes);
        seal_checksum (&world.header);
        assert_ok (seal_make (&world.header, world.key, text, strlen (text), &file, &err), &err);
        assert_int_equal (seal_read_header ("x", file.data, file.len, &read, &err), rows[i].good ? 0 : -1);
    }
}

static void other_versions_are_named (void **state)
{
    (void)state;
    struct seal_header read;
    struct error err = ERROR_INIT;
    world.file.data[8] = 2;
    assert_int_equal (seal_read_header ("/x/keystore", world.file.data, world.file.len, &read, &err), -1);
    assert_non_null (strstr (err.text, "version"));
    assert_non_null (strstr (err.text, "/x/keystore"));
}

static void the_same_text_never_looks_the_same (void **state)
{
    (void)state;
    AUTO (buffer) again;
    struct error err = ERROR_INIT;
    buffer_init (&again, 4096);
    assert_ok (seal_make (&world.header, world.key, text, strlen (text), &again, &err), &err);
    assert_memory_not_equal (again.data + SEAL_HEADER_SIZE, world.file.data + SEAL_HEADER_SIZE, 64);
}

int main (void)
{
#define TEST(promise) cmocka_unit_test_setup_teardown (promise, begin, end)
    const struct CMUnitTest tests[] = { TEST (what_is_sealed_is_opened),
                                        TEST (a_flipped_bit_anywhere_is_damage),
                                        TEST (a_file_cut_short_anywhere_is_told),
                                        TEST (a_wrong_passphrase_is_not_damage),
                                        TEST (parameters_beyond_all_sense_are_refused),
                                        TEST (other_versions_are_named),
                                        TEST (the_same_text_never_looks_the_same) };
    return cmocka_run_group_tests (tests, NULL, NULL);
}
