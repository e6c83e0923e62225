/* Encodings, HMAC by the vectors of RFC 4231, random values. */
#include "tests/support/support.h"

#include <string.h>

#include "src/base/crypto.h"
#include "src/token/token.h"

static void hmac_gives_rfc_4231_vectors (void **state)
{
    (void)state;
    static const struct {
        const char *key;
        const char *data;
        const char *hex;
    } rows[] = { { "Jefe", "what do ya want for nothing?",
                   "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
                 { "\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b", "Hi There",
                   "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" } };
    for (size_t i = 0; i < ARRAY_SIZE (rows); i++) {
        unsigned char mac[CRYPTO_MAC_SIZE];
        char hex[2 * CRYPTO_MAC_SIZE + 1];
        assert_ok (crypto_hmac (rows[i].key, strlen (rows[i].key), rows[i].data, strlen (rows[i].data), mac, NULL),
                   &(struct error)ERROR_INIT);
        crypto_hex (hex, mac, sizeof (mac));
        assert_string_equal (hex, rows[i].hex);
    }
}

static void base64_gives_rfc_4648_vectors (void **state)
{
    (void)state;
    static const char *const rows[][2] = { { "", "" },
                                           { "f", "Zg==" },
                                           { "fo", "Zm8=" },
                                           { "foo", "Zm9v" },
                                           { "foob", "Zm9vYg==" },
                                           { "fooba", "Zm9vYmE=" },
                                           { "foobar", "Zm9vYmFy" } };
    for (size_t i = 0; i < ARRAY_SIZE (rows); i++) {
        AUTO (buffer) out;
        AUTO (buffer) back;
        buffer_init (&out, 100);
        buffer_init (&back, 100);
        crypto_base64 (&out, rows[i][0], strlen (rows[i][0]));
        assert_string_equal (buffer_text (&out), rows[i][1]);
        assert_int_equal (crypto_base64_decode (&back, rows[i][1], strlen (rows[i][1])), 0);
        assert_string_equal (buffer_text (&back), rows[i][0]);
    }
}

static void base64_refuses_what_is_none (void **state)
{
    (void)state;
    static const char *const bad[] = { "Zg", "Zg=", "Z", "Zg==Zg==", "Z===", "Zm 8=", "Zm8_" };
    for (size_t i = 0; i < ARRAY_SIZE (bad); i++) {
        AUTO (buffer) out;
        buffer_init (&out, 100);
        if (crypto_base64_decode (&out, bad[i], strlen (bad[i])) == 0)
            fail_msg ("\"%s\" was taken for base64", bad[i]);
    }
}

static void base64url_has_no_padding (void **state)
{
    (void)state;
    AUTO (buffer) out;
    AUTO (buffer) back;
    buffer_init (&out, 100);
    buffer_init (&back, 100);
    crypto_base64url (&out, "\xfb\xff\xbe\x01", 4);
    assert_string_equal (buffer_text (&out), "-_--AQ");
    assert_int_equal (crypto_base64url_decode (&back, "-_--AQ", 6), 0);
    assert_memory_equal (back.data, "\xfb\xff\xbe\x01", 4);
    assert_int_equal (crypto_base64url_decode (&back, "-_--AQ==", 8), -1);
    assert_int_equal (crypto_base64url_decode (&back, "+/", 2), -1);
}

static void hex_goes_both_ways (void **state)
{
    (void)state;
    unsigned char bytes[3];
    char text[7];
    assert_int_equal (crypto_hex_decode (bytes, 3, "00fFa9"), 0);
    crypto_hex (text, bytes, 3);
    assert_string_equal (text, "00ffa9");
    assert_int_equal (crypto_hex_decode (bytes, 3, "00ffa"), -1);
    assert_int_equal (crypto_hex_decode (bytes, 3, "00ffa9a"), -1);
    assert_int_equal (crypto_hex_decode (bytes, 3, "00ffg9"), -1);
}

static void uuids_are_version_4_and_differ (void **state)
{
    (void)state;
    char one[CRYPTO_UUID_SIZE], two[CRYPTO_UUID_SIZE];
    struct error err = ERROR_INIT;
    assert_ok (crypto_uuid (one, &err), &err);
    assert_ok (crypto_uuid (two, &err), &err);
    assert_true (token_id_is_whole (one));
    assert_int_equal (one[14], '4');
    assert_non_null (strchr ("89ab", one[19]));
    assert_string_not_equal (one, two);
}

static void derived_keys_differ_by_label (void **state)
{
    (void)state;
    unsigned char master[CRYPTO_KEY_SIZE] = { 1 }, one[CRYPTO_KEY_SIZE], two[CRYPTO_KEY_SIZE];
    struct error err = ERROR_INIT;
    assert_ok (crypto_derive (master, "a", one, &err), &err);
    assert_ok (crypto_derive (master, "b", two, &err), &err);
    assert_false (crypto_equal (one, two, sizeof (one)));
    assert_ok (crypto_derive (master, "a", two, &err), &err);
    assert_true (crypto_equal (one, two, sizeof (one)));
}

static void what_is_sealed_opens_only_unchanged (void **state)
{
    (void)state;
    unsigned char key[CRYPTO_KEY_SIZE] = { 1 }, other[CRYPTO_KEY_SIZE] = { 2 };
    unsigned char sealed[5 + CRYPTO_SEAL_OVERHEAD], again[sizeof (sealed)];
    AUTO (secret) plain = SECRET_INIT;
    struct error err = ERROR_INIT;
    assert_ok (crypto_seal (key, "alice", "hello", 5, sealed, &err), &err);
    assert_ok (crypto_seal (key, "alice", "hello", 5, again, &err), &err);
    assert_memory_not_equal (sealed, again, sizeof (sealed)); /* each has a salt of its own */
    assert_ok (crypto_open (key, "alice", sealed, sizeof (sealed), &plain, &err), &err);
    assert_string_equal (secret_text (&plain), "hello");
    assert_int_equal (crypto_open (key, "bob", sealed, sizeof (sealed), &plain, &err), -1);
    assert_code (&err, ERROR_STORE_CORRUPT);
    assert_int_equal (crypto_open (other, "alice", sealed, sizeof (sealed), &plain, &err), -1);
    for (size_t i = 0; i < sizeof (sealed); i++) {
        sealed[i] ^= 1;
        assert_int_equal (crypto_open (key, "alice", sealed, sizeof (sealed), &plain, &err), -1);
        sealed[i] ^= 1;
        assert_int_equal (crypto_open (key, "alice", sealed, i, &plain, &err), -1);
    }
}

int main (void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test (hmac_gives_rfc_4231_vectors),  cmocka_unit_test (base64_gives_rfc_4648_vectors),
        cmocka_unit_test (base64_refuses_what_is_none),  cmocka_unit_test (base64url_has_no_padding),
        cmocka_unit_test (hex_goes_both_ways),           cmocka_unit_test (uuids_are_version_4_and_differ),
        cmocka_unit_test (derived_keys_differ_by_label), cmocka_unit_test (what_is_sealed_opens_only_unchanged),
    };
    return cmocka_run_group_tests (tests, NULL, NULL);
}
