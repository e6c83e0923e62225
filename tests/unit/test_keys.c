/* The key file, session bearers, and password hashes. */
#include "tests/support/clock.h"
#include "tests/support/support.h"

#include <string.h>
#include <sys/stat.h>

#include "src/base/json.h"
#include "src/service/bearer.h"
#include "src/service/key_change.h"
#include "src/service/password.h"

static void a_key_file_is_made_once (void **state)
{
    AUTOFREE char *path = support_path (state, "service.db.key");
    struct error err = ERROR_INIT;
    struct stat info;
    AUTO (keys) made = { .id = "" };
    AUTO (keys) again = { .id = "" };
    AUTO (keys) read_back = { .id = "" };
    assert_ok (keys_make (path, &made, &err), &err);
    assert_ok (keys_make (path, &again, &err), &err);
    assert_ok (keys_read (path, &read_back, &err), &err);
    assert_memory_equal (&made, &again, sizeof (made));
    assert_memory_equal (&made, &read_back, sizeof (made));
    assert_int_equal (strlen (made.id), STORE_KEY_ID_SIZE - 1);
    assert_memory_not_equal (made.token_key, made.bearer_key, CRYPTO_KEY_SIZE);
    assert_int_equal (stat (path, &info), 0);
    assert_int_equal (info.st_mode & 07777, 0600);
}

static void an_unusable_key_file_is_its_own_error (void **state)
{
    AUTOFREE char *path = support_path (state, "k");
    struct error err = ERROR_INIT;
    AUTO (keys) keys = { .id = "" };
    assert_int_equal (keys_read (path, &keys, &err), -1);
    assert_code (&err, ERROR_KEY_MISSING);
    AUTO (keys) made = { .id = "" };
    assert_ok (keys_make (path, &made, &err), &err);
    AUTOFREE char *good = support_read (path);
    static const char *const bad[] = { "", "dpat-key 2\n", "dpat-key 1\nid 00\nkey 00\n", "\177ELF" };
    for (size_t i = 0; i < ARRAY_SIZE (bad); i++) {
        support_write (path, bad[i], 0600);
        assert_int_equal (keys_read (path, &keys, &err), -1);
        assert_code (&err, ERROR_KEY_INVALID);
    }
    AUTOFREE char *longer = xasprintf ("%sx", good);
    support_write (path, longer, 0600);
    assert_int_equal (keys_read (path, &keys, &err), -1);
    assert_code (&err, ERROR_KEY_INVALID);
    good[strlen (good) - 1] = '\0'; /* cut short */
    support_write (path, good, 0600);
    assert_int_equal (keys_read (path, &keys, &err), -1);
    assert_code (&err, ERROR_KEY_INVALID);
    assert_null (strstr (err.text, good + strlen (good) - 20));
}

static void a_key_file_others_may_read_is_refused (void **state)
{
    AUTOFREE char *path = support_path (state, "k");
    struct error err = ERROR_INIT;
    AUTO (keys) keys = { .id = "" };
    assert_ok (keys_make (path, &keys, &err), &err);
    assert_int_equal (chmod (path, 0644), 0);
    assert_int_equal (keys_read (path, &keys, &err), -1);
    assert_code (&err, ERROR_KEY_INVALID);
}

static int rotate (const char *path, int64_t signs_from, int64_t now, bool alone, struct keys *ret_keys,
                   struct error *err)
{
    AUTO (key_change) change = KEY_CHANGE_INIT;
    if (key_change_prepare (&change, path, signs_from, now, alone, err) != 0)
        return -1;
    return key_change_apply (&change, ret_keys, err);
}

static void registry_keys_are_added_and_kept (void **state)
{
    AUTOFREE char *path = support_path (state, "k");
    struct error err = ERROR_INIT;
    struct stat info;
    int64_t now = CLOCK_SOME_DAY;
    AUTO (keys) before = { .id = "" };
    AUTO (keys) keys = { .id = "" };
    assert_ok (keys_make (path, &before, &err), &err);
    assert_int_equal (before.registry_count, 0);
    assert_null (keys_signing (&before, now));
    assert_ok (key_change_make_first (path, now, &keys, &err), &err);
    assert_int_equal (keys.registry_count, 1);
    struct registry_key first = keys.registry[0];
    assert_ok (key_change_make_first (path, now, &keys, &err), &err);
    assert_int_equal (keys.registry_count, 1);
    assert_memory_equal (&first, &keys.registry[0], sizeof (first));
    assert_string_equal (keys.id, before.id);
    assert_memory_equal (keys.token_key, before.token_key, CRYPTO_KEY_SIZE);
    assert_int_equal (stat (path, &info), 0);
    assert_int_equal (info.st_mode & 07777, 0600);
    /* a successor that waits, and signs when its time has come */
    assert_ok (rotate (path, now + 3600, now, false, &keys, &err), &err);
    assert_int_equal (keys.registry_count, 2);
    assert_ptr_equal (keys_signing (&keys, now + 3599), &keys.registry[0]);
    assert_ptr_equal (keys_signing (&keys, now + 3600), &keys.registry[1]);
    assert_int_equal (rotate (path, now + 7200, now, false, &keys, &err), -1);
    assert_code (&err, ERROR_STATE_CONFLICT);
    /* the first goes when the last of its tokens has */
    int64_t later = now + 3600 + REGISTRY_LIFE_MAX_S + REGISTRY_LEEWAY_S;
    assert_ok (rotate (path, later - 1, later - 1, false, &keys, &err), &err);
    assert_int_equal (keys.registry_count, 3);
    assert_ok (rotate (path, later, later, false, &keys, &err), &err);
    assert_int_equal (keys.registry_count, 3);
    assert_memory_not_equal (&first, &keys.registry[0], sizeof (first));
    assert_ok (rotate (path, later, later, true, &keys, &err), &err);
    assert_int_equal (keys.registry_count, 1);
    AUTO (keys) read_back = { .id = "" };
    assert_ok (keys_read (path, &read_back, &err), &err);
    assert_memory_equal (&keys, &read_back, sizeof (keys));
}

/* There is nothing to wait for: no other key signs. */
static void the_first_registry_key_signs_at_once (void **state)
{
    AUTOFREE char *path = support_path (state, "k");
    struct error err = ERROR_INIT;
    AUTO (keys) keys = { .id = "" };
    assert_ok (keys_make (path, &keys, &err), &err);
    assert_ok (rotate (path, CLOCK_SOME_DAY + 3600, CLOCK_SOME_DAY, false, &keys, &err), &err);
    assert_int_equal (keys.registry_count, 1);
    assert_int_equal (keys.registry[0].signs_from, CLOCK_SOME_DAY);
}

static void malformed_registry_keys_are_refused (void **state)
{
    AUTOFREE char *path = support_path (state, "k");
    struct error err = ERROR_INIT;
    AUTO (keys) keys = { .id = "" };
    assert_ok (keys_make (path, &keys, &err), &err);
    AUTOFREE char *good = support_read (path);
    static const char *const bad[] = { "registry",
                                       "registry \n",
                                       "registry 1\n",
                                       "registry 1 \n",
                                       "registry x 00\n",
                                       "registry 1 0\n",
                                       "registry 1 00",
                                       "registry 9999999999999 00\n",
                                       "\n",
                                       "registry 1 00\nx",
                                       "registry 1 00\nregistry 1 00\nregistry 1 00\nregistry 1 00\nregistry 1 00\n" };
    for (size_t i = 0; i < ARRAY_SIZE (bad); i++) {
        AUTOFREE char *text = xasprintf ("dpat-key 2\n%s%s", good + strlen ("dpat-key 1\n"), bad[i]);
        support_write (path, text, 0600);
        assert_int_equal (keys_read (path, &keys, &err), -1);
        assert_code (&err, ERROR_KEY_INVALID);
    }
    AUTOFREE char *text = xasprintf ("%sregistry 1 00\n", good); /* not in the first version */
    support_write (path, text, 0600);
    assert_int_equal (keys_read (path, &keys, &err), -1);
}

static const unsigned char key[CRYPTO_KEY_SIZE] = "0123456789abcdef0123456789abcdef";

static struct bearer_claims some_claims (void)
{
    return (struct bearer_claims){ .account_id = "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
                                   .session_id = "3f2504e0-4f89-41d3-9a0c-0305e82c3302",
                                   .issued_at = CLOCK_SOME_DAY,
                                   .expires_at = CLOCK_SOME_DAY + 60,
                                   .user = "alice",
                                   .token_id = "" };
}

static void a_bearer_says_what_was_put_in (void **state)
{
    (void)state;
    struct bearer_claims claims = some_claims (), read_back;
    struct error err = ERROR_INIT;
    AUTO (secret) bearer = SECRET_INIT;
    assert_ok (bearer_make (key, &claims, &bearer, &err), &err);
    assert_memory_equal (bearer.data, "eyJ", 3);
    assert_ok (bearer_read (key, &bearer, BEARER_SESSION, &read_back, &err), &err);
    assert_string_equal (read_back.account_id, claims.account_id);
    assert_int_equal (read_back.use, BEARER_SESSION);
    assert_string_equal (read_back.session_id, claims.session_id);
    assert_int_equal (read_back.expires_at, claims.expires_at);
}

static void a_bearer_that_is_not_ours_is_refused (void **state)
{
    (void)state;
    struct bearer_claims claims = some_claims (), read_back;
    struct error err = ERROR_INIT;
    AUTO (secret) bearer = SECRET_INIT;
    unsigned char other[CRYPTO_KEY_SIZE];
    memcpy (other, key, sizeof (other));
    other[0] ^= 1;
    assert_ok (bearer_make (key, &claims, &bearer, &err), &err);
    assert_int_equal (bearer_read (other, &bearer, BEARER_SESSION, &read_back, &err), -1);
    assert_code (&err, ERROR_NOT_SIGNED_IN);
    for (size_t i = 0; i < bearer.len; i++) { /* every single byte is guarded, but the two bits behind the signature */
        char kept = bearer.data[i];
        bearer.data[i] = kept == 'A' ? 'Q' : 'A';
        if (i + 1 < bearer.len)
            assert_int_equal (bearer_read (key, &bearer, BEARER_SESSION, &read_back, &err), -1);
        bearer.data[i] = kept;
    }
    static const char *const bad[] = { "", ".", "..", "a.b.c", "eyJhbGciOiJub25lIn0.e30.", "x" };
    for (size_t i = 0; i < ARRAY_SIZE (bad); i++) {
        AUTO (secret) text = support_secret (bad[i]);
        assert_int_equal (bearer_read (key, &text, BEARER_SESSION, &read_back, &err), -1);
        assert_code (&err, ERROR_NOT_SIGNED_IN);
    }
}

static void sign_by_hand (const char *header, const char *payload, struct secret *ret_bearer)
{
    AUTO (buffer) out;
    unsigned char mac[CRYPTO_MAC_SIZE];
    buffer_init (&out, 4096);
    crypto_base64url (&out, header, strlen (header));
    buffer_puts (&out, ".");
    crypto_base64url (&out, payload, strlen (payload));
    assert_int_equal (crypto_hmac (key, sizeof (key), out.data, out.len, mac, NULL), 0);
    buffer_puts (&out, ".");
    crypto_base64url (&out, mac, sizeof (mac));
    secret_set (ret_bearer, out.data, out.len);
}

#define HEADER "{\"alg\":\"HS256\",\"typ\":\"JWT\"}"
#define CLAIMS(audience)                                                                                               \
    "{\"aud\":\"" audience "\",\"sub\":\"3f2504e0-4f89-41d3-9a0c-0305e82c3301\","                                      \
    "\"jti\":\"3f2504e0-4f89-41d3-9a0c-0305e82c3302\",\"iat\":1800000000,\"exp\":1800000060}"

static void another_audience_is_refused_though_the_key_is_right (void **state)
{
    (void)state;
    struct bearer_claims claims;
    struct error err = ERROR_INIT;
    AUTO (secret) bearer = SECRET_INIT;
    sign_by_hand (HEADER, CLAIMS ("dpat-api"), &bearer);
    assert_ok (bearer_read (key, &bearer, BEARER_SESSION, &claims, &err), &err); /* else the rest would prove nothing */
    sign_by_hand (HEADER, CLAIMS ("registry.example"), &bearer);
    assert_int_equal (bearer_read (key, &bearer, BEARER_SESSION, &claims, &err), -1);
    assert_code (&err, ERROR_NOT_SIGNED_IN);
    sign_by_hand (HEADER, "{\"aud\":\"dpat-api\"}", &bearer);
    assert_int_equal (bearer_read (key, &bearer, BEARER_SESSION, &claims, &err), -1);
    sign_by_hand (HEADER, "[]", &bearer);
    assert_int_equal (bearer_read (key, &bearer, BEARER_SESSION, &claims, &err), -1);
}

static void passwords_verify (void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    AUTO (secret) right = support_secret ("correct horse");
    AUTO (secret) wrong = support_secret ("correct hors");
    AUTOFREE char *one = NULL;
    AUTOFREE char *two = NULL;
    bool good;
    assert_ok (password_hash (&right, &one, &err), &err);
    assert_ok (password_hash (&right, &two, &err), &err);
    assert_string_not_equal (one, two); /* each has a salt of its own */
    assert_memory_equal (one, "$argon2id$v=19$m=19456,t=2,p=1$", 31);
    assert_ok (password_verify (one, &right, &good, &err), &err);
    assert_true (good);
    assert_ok (password_verify (one, &wrong, &good, &err), &err);
    assert_false (good);
    assert_ok (password_verify (NULL, &right, &good, &err), &err);
    assert_false (good);
    assert_false (password_is_outdated (one));
    assert_true (password_is_outdated ("$argon2id$v=19$m=4096,t=2,p=1$c29tZXNhbHQ$aGFzaA"));
}

static void a_damaged_hash_is_an_error_not_a_wrong_password (void **state)
{
    (void)state;
    static const char *const bad[] = {
        "", "x", "$argon2id$", "$argon2id$v=19$m=19456,t=2,p=1$!!!$!!!",
        "$argon2id$v=19$m=4294967295,t=4000000000,p=1$c29tZXNhbHRzYWx0$aGFzaGhhc2hoYXNo"
    };
    AUTO (secret) password = support_secret ("correct horse");
    for (size_t i = 0; i < ARRAY_SIZE (bad); i++) {
        struct error err = ERROR_INIT;
        bool right = true;
        assert_int_equal (password_verify (bad[i], &password, &right, &err), -1);
        assert_code (&err, ERROR_STORE_CORRUPT);
    }
}

int main (void)
{
#define FOLDER_TEST(name) cmocka_unit_test_setup_teardown (name, support_make_folder, support_remove_folder)
    const struct CMUnitTest tests[] = {
        FOLDER_TEST (a_key_file_is_made_once),
        FOLDER_TEST (an_unusable_key_file_is_its_own_error),
        FOLDER_TEST (a_key_file_others_may_read_is_refused),
        FOLDER_TEST (registry_keys_are_added_and_kept),
        FOLDER_TEST (the_first_registry_key_signs_at_once),
        FOLDER_TEST (malformed_registry_keys_are_refused),
        cmocka_unit_test (a_bearer_says_what_was_put_in),
        cmocka_unit_test (a_bearer_that_is_not_ours_is_refused),
        cmocka_unit_test (another_audience_is_refused_though_the_key_is_right),
        cmocka_unit_test (passwords_verify),
        cmocka_unit_test (a_damaged_hash_is_an_error_not_a_wrong_password),
    };
    json_start ();
    return cmocka_run_group_tests (tests, NULL, NULL);
}
