/* What a token is: scopes, names, states, secrets, and its JSON. */
#include "tests/support/clock.h"
#include "tests/support/support.h"

#include <stdio.h>
#include <string.h>

#include "src/base/json.h"
#include "src/token/name.h"
#include "src/token/token.h"
#include "src/token/token_secret.h"

static void scopes_are_read_with_and_without_repo (void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum scope scope;
    } rows[] = { { "repo:public_read", SCOPE_PUBLIC_READ },
                 { "public_read", SCOPE_PUBLIC_READ },
                 { "repo:read", SCOPE_READ },
                 { "read", SCOPE_READ },
                 { "repo:write", SCOPE_WRITE },
                 { "write", SCOPE_WRITE },
                 { "repo:admin", SCOPE_ADMIN },
                 { "admin", SCOPE_ADMIN } };
    struct error err = ERROR_INIT;
    for (size_t i = 0; i < ARRAY_SIZE (rows); i++) {
        enum scope scope;
        assert_ok (scope_parse (rows[i].text, &scope, &err), &err);
        assert_int_equal (scope, rows[i].scope);
    }
    static const char *const bad[] = { "", "repo:", "READ", "read ", "repo:repo:read", "delete" };
    for (size_t i = 0; i < ARRAY_SIZE (bad); i++) {
        enum scope scope;
        assert_int_equal (scope_parse (bad[i], &scope, &err), -1);
        assert_code (&err, ERROR_INVALID_SCOPE);
    }
}

static void a_higher_scope_implies_the_lower (void **state)
{
    (void)state;
    for (enum scope has = SCOPE_PUBLIC_READ; has < SCOPE_COUNT; has++)
        for (enum scope wants = SCOPE_PUBLIC_READ; wants < SCOPE_COUNT; wants++) {
            struct scopes scopes = { .count = 0 };
            scopes_add (&scopes, has);
            assert_int_equal (scopes_allow (&scopes, wants), has >= wants);
            assert_int_equal (scopes_have (&scopes, wants), has == wants);
        }
    struct scopes none = { .count = 0 };
    assert_false (scopes_allow (&none, SCOPE_PUBLIC_READ));
}

static void lists_keep_order_and_drop_duplicates (void **state)
{
    (void)state;
    struct scopes scopes = { .count = 0 }, back;
    char text[SCOPES_TEXT_SIZE];
    struct error err = ERROR_INIT;
    scopes_add (&scopes, SCOPE_WRITE);
    scopes_add (&scopes, SCOPE_READ);
    scopes_add (&scopes, SCOPE_WRITE);
    assert_string_equal (scopes_format (&scopes, text), "repo:write,repo:read");
    assert_ok (scopes_parse (text, &back, &err), &err);
    assert_int_equal (back.count, 2);
    assert_int_equal (back.list[0], SCOPE_WRITE);
    for (enum scope scope = SCOPE_PUBLIC_READ; scope < SCOPE_COUNT; scope++)
        scopes_add (&scopes, scope);
    scopes_format (&scopes, text);
    assert_int_equal (strlen (text), strlen ("repo:write,repo:read,repo:public_read,repo:admin"));
}

static void names_have_1_to_100_characters (void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    char name[500];
    memset (name, 'x', sizeof (name));
    name[100] = '\0';
    assert_ok (token_name_check (name, &err), &err);
    name[100] = 'x';
    name[101] = '\0';
    assert_int_equal (token_name_check (name, &err), -1);
    assert_code (&err, ERROR_INVALID_NAME);
    for (size_t i = 0; i < 400; i += 4)
        memcpy (name + i, "\xf0\x9f\x90\xb3", 4); /* characters, not bytes, are counted */
    name[400] = '\0';
    assert_ok (token_name_check (name, &err), &err);
    static const char *const bad[] = { "", " ", "\t", "a\nb", "a\x1b[0m", "\xff", "\xe2\x80\xae" };
    for (size_t i = 0; i < ARRAY_SIZE (bad); i++) {
        assert_int_equal (token_name_check (bad[i], &err), -1);
        assert_code (&err, ERROR_INVALID_NAME);
    }
}

/* The name "a", the character, "b". */
static const char *around (uint32_t code, char name[8])
{
    char *at = name;
    *at++ = 'a';
    if (code < 0x800)
        *at++ = (char)(0xc0 | code >> 6);
    else if (code < 0x10000)
        *at++ = (char)(0xe0 | code >> 12);
    else {
        *at++ = (char)(0xf0 | code >> 18);
        *at++ = (char)(0x80 | (code >> 12 & 0x3f));
    }
    if (code >= 0x800)
        *at++ = (char)(0x80 | (code >> 6 & 0x3f));
    *at++ = (char)(0x80 | (code & 0x3f));
    *at++ = 'b';
    *at = '\0';
    return name;
}

static void new_names_have_nothing_that_nobody_sees (void **state)
{
    (void)state;
    static const struct {
        uint32_t first, last;
    } ranges[] = { { 0xad, 0xad },       { 0x34f, 0x34f },     { 0x61c, 0x61c },     { 0x115f, 0x1160 },
                   { 0x17b4, 0x17b5 },   { 0x180b, 0x180f },   { 0x200b, 0x200f },   { 0x2028, 0x202e },
                   { 0x2060, 0x206f },   { 0x3164, 0x3164 },   { 0xfe00, 0xfe0f },   { 0xfeff, 0xfeff },
                   { 0xffa0, 0xffa0 },   { 0xfff9, 0xfffb },   { 0x1bca0, 0x1bca3 }, { 0x1d173, 0x1d17a },
                   { 0xe0001, 0xe0001 }, { 0xe0020, 0xe007f }, { 0xe0100, 0xe01ef } };
    char name[8];
    for (size_t i = 0; i < ARRAY_SIZE (ranges); i++)
        for (uint32_t code = ranges[i].first; code <= ranges[i].last; code++) {
            struct error err = ERROR_INIT;
            if (token_name_check (around (code, name), &err) == 0)
                fail_msg ("U+%04X was taken", (unsigned)code);
            assert_code (&err, ERROR_INVALID_NAME);
        }
    static const uint32_t seen[] = { 0xe9, 0x4e2d, 0x5d0, 0x627, 0x915, 0x301, 0xa0, 0x1f433, 0x2764, 0x600 };
    for (size_t i = 0; i < ARRAY_SIZE (seen); i++)
        if (token_name_check (around (seen[i], name), NULL) != 0)
            fail_msg ("U+%04X was refused", (unsigned)seen[i]);
}

#define JOINER "\xe2\x80\x8d"
#define SELECTOR "\xef\xb8\x8f"
#define HEART "\xe2\x9d\xa4"
#define WOMAN "\xf0\x9f\x91\xa9"
#define LAPTOP "\xf0\x9f\x92\xbb"
#define TONE "\xf0\x9f\x8f\xbd"
#define FLAG "\xf0\x9f\x8f\xb3"
#define RAINBOW "\xf0\x9f\x8c\x88"
#define KEYCAP "\xe2\x83\xa3"

static void emoji_may_be_joined (void **state)
{
    (void)state;
    static const char *const good[] = { WOMAN JOINER LAPTOP,
                                        WOMAN TONE JOINER LAPTOP " of alice",
                                        HEART SELECTOR,
                                        FLAG SELECTOR JOINER RAINBOW,
                                        WOMAN JOINER HEART SELECTOR JOINER WOMAN,
                                        "ci " HEART SELECTOR " cd",
                                        "1" SELECTOR KEYCAP,
                                        "#" SELECTOR KEYCAP };
    static const char *const bad[] = { "a" JOINER "b",
                                       WOMAN JOINER,
                                       JOINER WOMAN,
                                       WOMAN JOINER JOINER LAPTOP,
                                       WOMAN JOINER "a",
                                       "a" SELECTOR,
                                       SELECTOR HEART,
                                       HEART SELECTOR SELECTOR,
                                       HEART "\xef\xb8\x8e", /* text presentation */
                                       "1" SELECTOR,
                                       "1" SELECTOR "2",
                                       WOMAN "\xe2\x80\x8b" LAPTOP,
                                       "\xf0\x9f\x8f\xb4\xf3\xa0\x81\xa7\xf3\xa0\x81\xbf", /* tags */
                                       "\xe3\x80\x80\xc2\xa0 " };
    for (size_t i = 0; i < ARRAY_SIZE (good); i++)
        if (token_name_check (good[i], NULL) != 0)
            fail_msg ("\"%s\" was refused", good[i]);
    for (size_t i = 0; i < ARRAY_SIZE (bad); i++)
        if (token_name_check (bad[i], NULL) == 0)
            fail_msg ("\"%s\" was taken", bad[i]);
}

static void account_names_can_be_namespaces (void **state)
{
    (void)state;
    static const char *const good[] = { "al", "alice", "a1", "1a", "a.b-c_d", "123456789012345678901234567890" };
    static const char *const bad[] = { "",
                                       "a",
                                       "Alice",
                                       "-a",
                                       "a-",
                                       "a--b",
                                       "a..b",
                                       "a.-b",
                                       "a b",
                                       "\xc3\xbc\xc3\xbc",
                                       "1234567890123456789012345678901",
                                       "a/b",
                                       "a\nb" };
    struct error err = ERROR_INIT;
    for (size_t i = 0; i < ARRAY_SIZE (good); i++)
        assert_ok (account_name_check (good[i], &err), &err);
    for (size_t i = 0; i < ARRAY_SIZE (bad); i++) {
        if (account_name_check (bad[i], &err) == 0)
            fail_msg ("\"%s\" was taken", bad[i]);
        assert_code (&err, ERROR_INVALID_ACCOUNT_NAME);
    }
}

static void expired_beats_inactive (void **state)
{
    (void)state;
    struct token token = { .active = true, .expires_us = 1000 };
    assert_int_equal (token_state_at (&token, 999), TOKEN_ACTIVE);
    assert_int_equal (token_state_at (&token, 1000), TOKEN_EXPIRED);
    token.active = false;
    assert_int_equal (token_state_at (&token, 999), TOKEN_INACTIVE);
    assert_int_equal (token_state_at (&token, 1000), TOKEN_EXPIRED);
    token.expires_us = 0;
    assert_int_equal (token_state_at (&token, INT64_MAX), TOKEN_INACTIVE);
}

static void secrets_have_their_form (void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    AUTO (secret) one = SECRET_INIT;
    AUTO (secret) two = SECRET_INIT;
    assert_ok (token_secret_generate (&one, &err), &err);
    assert_ok (token_secret_generate (&two, &err), &err);
    assert_int_equal (one.len, TOKEN_SECRET_LENGTH);
    assert_memory_equal (one.data, "dpat_", 5);
    assert_true (token_secret_is_valid (one.data, one.len));
    assert_true (token_secret_is_pat (one.data));
    assert_true (token_secret_is_suspect (one.data));
    assert_false (secret_equal (&one, &two));
}

static void every_mistyped_character_is_noticed (void **state)
{
    (void)state;
    AUTO (secret) secret = SECRET_INIT;
    assert_int_equal (token_secret_generate (&secret, NULL), 0);
    for (size_t i = 0; i < secret.len; i++) {
        char kept = secret.data[i];
        secret.data[i] = kept == 'a' ? 'b' : 'a';
        assert_false (token_secret_is_valid (secret.data, secret.len));
        secret.data[i] = kept;
    }
    assert_true (token_secret_is_valid (secret.data, secret.len));
    assert_false (token_secret_is_valid (secret.data, secret.len - 1));
}

static void every_character_is_as_likely (void **state)
{
    (void)state;
    enum { ROUNDS = 2000, DIGITS = 62 };
    unsigned seen[128] = { 0 };
    for (int i = 0; i < ROUNDS; i++) {
        AUTO (secret) secret = SECRET_INIT;
        assert_int_equal (token_secret_generate (&secret, NULL), 0);
        for (size_t at = 5; at < 5 + 32; at++)
            seen[(unsigned char)secret.data[at]]++;
    }
    /* 64 000 draws: 1032 of each expected, standard deviation 32; a modulo bias would show as 1250 beside 1000 */
    unsigned kinds = 0;
    for (int c = 0; c < 128; c++)
        if (seen[c]) {
            kinds++;
            assert_in_range (seen[c], 1032 - 6 * 32, 1032 + 6 * 32);
        }
    assert_int_equal (kinds, DIGITS);
}

static void suspects_secrets_but_not_names (void **state)
{
    (void)state;
    assert_true (token_secret_is_suspect ("dckr_pat_0123456789abcdef"));
    assert_true (token_secret_is_suspect ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N"));
    assert_false (token_secret_is_suspect ("dpat_ci"));
    assert_false (token_secret_is_suspect ("ci-deploy"));
    assert_false (token_secret_is_suspect ("eyJ.a.b"));
    assert_false (token_secret_is_suspect ("3f2504e0-4f89-41d3-9a0c-0305e82c3301"));
}

static void ids_and_their_beginnings (void **state)
{
    (void)state;
    assert_true (token_id_is_whole ("3f2504e0-4f89-41d3-9a0c-0305e82c3301"));
    assert_true (token_id_is_whole ("3F2504E0-4F89-41D3-9A0C-0305E82C3301"));
    assert_false (token_id_is_whole ("3f2504e0-4f89-41d3-9a0c-0305e82c330"));
    assert_false (token_id_is_whole ("3f2504e0-4f89-41d3-9a0c-0305e82c330g"));
    assert_true (token_id_is_prefix ("3f25"));
    assert_true (token_id_is_prefix ("3f2504e0-"));
    assert_false (token_id_is_prefix ("3f2"));
    assert_false (token_id_is_prefix ("3f25-"));
    assert_false (token_id_is_prefix ("ci-deploy"));
}

static void json_has_every_member (void **state)
{
    (void)state;
    struct token token = { .id = "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
                           .name = (char[]){ "c\xc3\xbc" },
                           .active = true,
                           .created_us = CLOCK_SOME_DAY * 1000000 };
    scopes_add (&token.scopes, SCOPE_READ);
    json_auto_t *json = token_to_json (&token, CLOCK_SOME_DAY * 1000000);
    AUTO (buffer) out;
    buffer_init (&out, 4096);
    json_write (&out, json);
    assert_string_equal (buffer_text (&out),
                         "{\"id\":\"3f2504e0-4f89-41d3-9a0c-0305e82c3301\",\"name\":\"c\xc3\xbc\",\"state\":\"active\","
                         "\"active\":true,\"scopes\":[\"repo:read\"],\"source\":\"manual\","
                         "\"created_at\":\"2027-01-15T08:00:00Z\",\"expires_at\":null,\"last_used_at\":null,"
                         "\"last_used_from\":{\"ip\":null,\"user_agent\":null},"
                         "\"creator\":{\"ip\":null,\"user_agent\":null}}");
}

int main (void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test (scopes_are_read_with_and_without_repo),
        cmocka_unit_test (a_higher_scope_implies_the_lower),
        cmocka_unit_test (lists_keep_order_and_drop_duplicates),
        cmocka_unit_test (names_have_1_to_100_characters),
        cmocka_unit_test (new_names_have_nothing_that_nobody_sees),
        cmocka_unit_test (emoji_may_be_joined),
        cmocka_unit_test (account_names_can_be_namespaces),
        cmocka_unit_test (expired_beats_inactive),
        cmocka_unit_test (secrets_have_their_form),
        cmocka_unit_test (every_mistyped_character_is_noticed),
        cmocka_unit_test (every_character_is_as_likely),
        cmocka_unit_test (suspects_secrets_but_not_names),
        cmocka_unit_test (ids_and_their_beginnings),
        cmocka_unit_test (json_has_every_member),
    };
    return cmocka_run_group_tests (tests, NULL, NULL);
}
