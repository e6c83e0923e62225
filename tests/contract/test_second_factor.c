/* The contract of service.h about the second factor, run on every adapter. */
#include "tests/contract/service_world.h"
#include "tests/support/otp.h"

#include <string.h>

#include "src/base/json.h"

/* The second factor of alice, once it is on. */
struct device {
    struct secret uri;
    struct secret recovery;
};

static void device_release (struct device *device)
{
    secret_release (&device->uri);
    secret_release (&device->recovery);
}

static struct secret code_now (const struct device *device)
{
    return otp_code (&device->uri, clock_now_us () / 1000000);
}

static void turn_on (struct device *ret_device)
{
    const struct caller caller = as (&world.session);
    struct error err = ERROR_INIT;
    AUTO (secret) password = support_secret (ALICE_PASSWORD);
    assert_ok (service_offer_second_factor (world.service, &caller, &password, &ret_device->uri, &err), &err);
    AUTO (secret) code = code_now (ret_device);
    assert_ok (service_confirm_second_factor (world.service, &caller, &code, &ret_device->recovery, &err), &err);
    clock_advance_s (30); /* its code was used */
}

/* Sign alice in with the code; -1 and the error when that fails. */
static int sign_in_with (const struct secret *code, struct session *ret_session, struct error *err)
{
    AUTO (session) half = { .bearer = SECRET_INIT };
    AUTO (secret) pending = SECRET_INIT;
    const struct caller caller = { .ip = "192.0.2.7", .user_agent = "test/1" };
    assert_int_equal (sign_in ("alice", ALICE_PASSWORD, &half, err), -1);
    assert_code (err, ERROR_CODE_NEEDED);
    assert_true (half.bearer.len > 0);
    secret_move (&pending, &half.bearer);
    const struct sign_in second = { .user = "alice", .code = code, .pending = &pending };
    *err = (struct error)ERROR_INIT;
    return service_sign_in (world.service, &caller, &second, ret_session, err);
}

static struct second_factor status (void)
{
    struct second_factor factor = { .enabled = false };
    const struct caller caller = as (&world.session);
    struct error err = ERROR_INIT;
    assert_ok (service_second_factor (world.service, &caller, &factor, &err), &err);
    return factor;
}

static void it_is_on_only_after_a_code (void **state)
{
    (void)state;
    AUTO (device) device = { .uri = SECRET_INIT };
    AUTO (session) session = { .bearer = SECRET_INIT };
    AUTO (secret) password = support_secret (ALICE_PASSWORD);
    AUTO (secret) wrong = support_secret ("000000");
    const struct caller caller = as (&world.session);
    struct error err = ERROR_INIT;
    assert_int_equal (service_confirm_second_factor (world.service, &caller, &wrong, &device.recovery, &err), -1);
    assert_code (&err, ERROR_STATE_CONFLICT);
    assert_int_equal (service_offer_second_factor (world.service, &caller, &wrong, &device.uri, &err), -1);
    assert_code (&err, ERROR_WRONG_CREDENTIALS);
    assert_ok (service_offer_second_factor (world.service, &caller, &password, &device.uri, &err), &err);
    assert_memory_equal (secret_text (&device.uri), "otpauth://totp/dpat:alice?secret=", 33);
    assert_false (status ().enabled);
    assert_ok (sign_in ("alice", ALICE_PASSWORD, &session, &err), &err); /* not asked for yet */
    AUTO (secret) late = otp_code (&device.uri, clock_now_us () / 1000000 + 90);
    assert_int_equal (service_confirm_second_factor (world.service, &caller, &late, &device.recovery, &err), -1);
    assert_code (&err, ERROR_WRONG_CREDENTIALS);
    assert_int_equal (device.recovery.len, 0);
    AUTO (secret) code = code_now (&device);
    assert_ok (service_confirm_second_factor (world.service, &caller, &code, &device.recovery, &err), &err);
    assert_true (device.recovery.len >= 20);
    assert_true (status ().enabled && status ().has_recovery);
    assert_int_equal (service_offer_second_factor (world.service, &caller, &password, &device.uri, &err), -1);
    assert_code (&err, ERROR_STATE_CONFLICT);
}

static void a_password_needs_a_code_and_a_token_does_not (void **state)
{
    (void)state;
    AUTO (device) device = { .uri = SECRET_INIT };
    AUTO (session) session = { .bearer = SECRET_INIT };
    AUTO (session) pat = { .bearer = SECRET_INIT };
    AUTO (session) who = { .bearer = SECRET_INIT };
    AUTO (secret) token = SECRET_INIT;
    struct error err = ERROR_INIT;
    make ("ci", 0, NULL, &token);
    turn_on (&device);
    AUTO (secret) code = code_now (&device);
    assert_ok (sign_in_with (&code, &session, &err), &err);
    const struct caller caller = as (&session);
    assert_ok (service_whoami (world.service, &caller, &who, &err), &err);
    assert_int_equal (who.kind, SIGNED_IN_WITH_PASSWORD);
    assert_ok (sign_in ("alice", secret_text (&token), &pat, &err), &err);
    assert_int_equal (pat.kind, SIGNED_IN_WITH_PAT);
    assert_refused ("alice", "wrong password", ERROR_WRONG_CREDENTIALS); /* and not CODE_NEEDED */
}

static void half_a_sign_in_is_no_session (void **state)
{
    (void)state;
    AUTO (device) device = { .uri = SECRET_INIT };
    AUTO (session) half = { .bearer = SECRET_INIT };
    AUTO (session) session = { .bearer = SECRET_INIT };
    AUTO (token_list) list = { .items = NULL };
    struct error err = ERROR_INIT;
    turn_on (&device);
    assert_int_equal (sign_in ("alice", ALICE_PASSWORD, &half, &err), -1);
    const struct caller caller = as (&half);
    assert_int_equal (service_list (world.service, &caller, &list, &err), -1);
    assert_code (&err, ERROR_NOT_SIGNED_IN);
    /* nor is a session half a sign-in */
    AUTO (secret) code = code_now (&device);
    const struct sign_in other = { .user = "alice", .code = &code, .pending = &world.session.bearer };
    assert_int_equal (service_sign_in (world.service, &caller, &other, &session, &err), -1);
    assert_code (&err, ERROR_WRONG_CREDENTIALS);
    /* and it ends after five minutes */
    clock_advance_s (5 * 60);
    AUTO (secret) later = code_now (&device);
    const struct sign_in late = { .user = "alice", .code = &later, .pending = &half.bearer };
    assert_int_equal (service_sign_in (world.service, &caller, &late, &session, &err), -1);
    assert_code (&err, ERROR_WRONG_CREDENTIALS);
}

static void each_code_works_once (void **state)
{
    (void)state;
    AUTO (device) device = { .uri = SECRET_INIT };
    AUTO (session) first = { .bearer = SECRET_INIT };
    AUTO (session) second = { .bearer = SECRET_INIT };
    struct error err = ERROR_INIT;
    turn_on (&device);
    AUTO (secret) code = code_now (&device);
    assert_ok (sign_in_with (&code, &first, &err), &err);
    assert_int_equal (sign_in_with (&code, &second, &err), -1);
    assert_code (&err, ERROR_WRONG_CREDENTIALS);
    /* nor does an older one of the window, nor any when the clock goes back */
    AUTO (secret) older = otp_code (&device.uri, clock_now_us () / 1000000 - 30);
    assert_int_equal (sign_in_with (&older, &second, &err), -1);
    assert_code (&err, ERROR_WRONG_CREDENTIALS);
    clock_advance_s (-3600);
    AUTO (secret) past = code_now (&device);
    assert_int_equal (sign_in_with (&past, &second, &err), -1);
    assert_code (&err, ERROR_WRONG_CREDENTIALS);
}

/* Jobs that run side by side ask the same device: the loser is rejected, but does not lock the others out. */
static void a_code_that_was_used_is_no_wrong_guess (void **state)
{
    (void)state;
    AUTO (device) device = { .uri = SECRET_INIT };
    AUTO (session) first = { .bearer = SECRET_INIT };
    AUTO (session) later = { .bearer = SECRET_INIT };
    struct error err = ERROR_INIT;
    turn_on (&device);
    AUTO (secret) code = code_now (&device);
    assert_ok (sign_in_with (&code, &first, &err), &err);
    for (int i = 0; i < 6; i++) {
        AUTO (session) again = { .bearer = SECRET_INIT };
        assert_int_equal (sign_in_with (&code, &again, &err), -1);
        assert_code (&err, ERROR_WRONG_CREDENTIALS);
    }
    clock_advance_s (30);
    AUTO (secret) next = code_now (&device);
    assert_ok (sign_in_with (&next, &later, &err), &err);
}

static void one_step_early_or_late_is_right_and_two_are_not (void **state)
{
    (void)state;
    static const struct {
        int offset_s;
        bool right;
    } rows[] = { { -60, false }, { -30, true }, { 30, true }, { 60, false } };
    AUTO (device) device = { .uri = SECRET_INIT };
    turn_on (&device);
    for (size_t i = 0; i < ARRAY_SIZE (rows); i++) {
        AUTO (session) session = { .bearer = SECRET_INIT };
        struct error err = ERROR_INIT;
        clock_advance_s (300);
        AUTO (secret) code = otp_code (&device.uri, clock_now_us () / 1000000 + rows[i].offset_s);
        assert_int_equal (sign_in_with (&code, &session, &err), rows[i].right ? 0 : -1);
    }
}

static void five_wrong_codes_lock_it_for_a_quarter_of_an_hour (void **state)
{
    (void)state;
    AUTO (device) device = { .uri = SECRET_INIT };
    AUTO (session) session = { .bearer = SECRET_INIT };
    AUTO (session) pat = { .bearer = SECRET_INIT };
    AUTO (secret) token = SECRET_INIT;
    AUTO (secret) wrong = support_secret ("12345");
    struct error err = ERROR_INIT;
    make ("ci", 0, NULL, &token);
    turn_on (&device);
    for (int i = 0; i < 4; i++) {
        assert_int_equal (sign_in_with (&wrong, &session, &err), -1);
        assert_code (&err, ERROR_WRONG_CREDENTIALS);
    }
    assert_int_equal (sign_in_with (&wrong, &session, &err), -1);
    assert_code (&err, ERROR_RATE_LIMITED);
    assert_int_equal (err.retry_at, clock_now_us () / 1000000 + 15 * 60);
    AUTO (secret) right = code_now (&device);
    assert_int_equal (sign_in_with (&right, &session, &err), -1);
    assert_code (&err, ERROR_RATE_LIMITED);
    assert_true (status ().locked_until_us > clock_now_us ());
    assert_ok (sign_in ("alice", secret_text (&token), &pat, &err), &err); /* a token works on */
    clock_advance_s (15 * 60);
    AUTO (secret) later = code_now (&device);
    assert_ok (sign_in_with (&later, &session, &err), &err);
}

static void the_recovery_code_works_once (void **state)
{
    (void)state;
    AUTO (device) device = { .uri = SECRET_INIT };
    AUTO (session) first = { .bearer = SECRET_INIT };
    AUTO (session) second = { .bearer = SECRET_INIT };
    struct error err = ERROR_INIT;
    turn_on (&device);
    assert_ok (sign_in_with (&device.recovery, &first, &err), &err);
    assert_true (status ().enabled);
    assert_false (status ().has_recovery);
    assert_int_equal (sign_in_with (&device.recovery, &second, &err), -1);
    assert_code (&err, ERROR_WRONG_CREDENTIALS);
}

static void turning_it_off_takes_password_and_code (void **state)
{
    (void)state;
    AUTO (device) device = { .uri = SECRET_INIT };
    AUTO (session) session = { .bearer = SECRET_INIT };
    AUTO (secret) password = support_secret (ALICE_PASSWORD);
    AUTO (secret) wrong = support_secret ("not her password");
    const struct caller caller = as (&world.session);
    struct error err = ERROR_INIT;
    turn_on (&device);
    AUTO (secret) code = code_now (&device);
    assert_int_equal (service_drop_second_factor (world.service, &caller, &wrong, &code, &err), -1);
    assert_code (&err, ERROR_WRONG_CREDENTIALS);
    assert_int_equal (service_drop_second_factor (world.service, &caller, &password, &wrong, &err), -1);
    assert_code (&err, ERROR_WRONG_CREDENTIALS);
    assert_true (status ().enabled);
    assert_ok (service_drop_second_factor (world.service, &caller, &password, &code, &err), &err);
    assert_false (status ().enabled);
    assert_ok (sign_in ("alice", ALICE_PASSWORD, &session, &err), &err);
    assert_ok (service_drop_second_factor (world.service, &caller, &password, &code, &err), &err);
}

static void the_operator_resets_it (void **state)
{
    (void)state;
    AUTO (device) device = { .uri = SECRET_INIT };
    AUTO (session) session = { .bearer = SECRET_INIT };
    const struct caller nobody = { .ip = NULL };
    struct account account;
    struct error err = ERROR_INIT;
    bool changed;
    turn_on (&device);
    assert_ok (accounts_get (world.embedded, "alice", &account, &err), &err);
    assert_true (account.second_factor);
    assert_ok (accounts_reset_second_factor (world.embedded, &nobody, "alice", &changed, &err), &err);
    assert_true (changed);
    assert_ok (sign_in ("alice", ALICE_PASSWORD, &session, &err), &err);
    assert_ok (accounts_reset_second_factor (world.embedded, &nobody, "alice", &changed, &err), &err);
    assert_false (changed);
}

static void a_token_session_sees_nothing_of_it (void **state)
{
    (void)state;
    AUTO (secret) token = SECRET_INIT;
    AUTO (secret) password = support_secret (ALICE_PASSWORD);
    AUTO (secret) out = SECRET_INIT;
    AUTO (session) pat = { .bearer = SECRET_INIT };
    struct second_factor factor;
    struct error err = ERROR_INIT;
    make ("ci", 0, NULL, &token);
    assert_ok (sign_in ("alice", secret_text (&token), &pat, &err), &err);
    const struct caller caller = as (&pat);
    assert_int_equal (service_second_factor (world.service, &caller, &factor, &err), -1);
    assert_code (&err, ERROR_PAT_CANNOT_MANAGE);
    assert_int_equal (service_offer_second_factor (world.service, &caller, &password, &out, &err), -1);
    assert_code (&err, ERROR_PAT_CANNOT_MANAGE);
    assert_int_equal (service_confirm_second_factor (world.service, &caller, &password, &out, &err), -1);
    assert_code (&err, ERROR_PAT_CANNOT_MANAGE);
    assert_int_equal (service_drop_second_factor (world.service, &caller, &password, &password, &err), -1);
    assert_code (&err, ERROR_PAT_CANNOT_MANAGE);
}

int main (void)
{
#define TEST(promise, adapter)                                                                                         \
    {                                                                                                                  \
#adapter ": " #promise, promise, open_##adapter, close_world, NULL                                             \
    }
#define EACH(adapter)                                                                                                  \
    TEST (it_is_on_only_after_a_code, adapter), TEST (a_password_needs_a_code_and_a_token_does_not, adapter),          \
        TEST (half_a_sign_in_is_no_session, adapter), TEST (each_code_works_once, adapter),                            \
        TEST (a_code_that_was_used_is_no_wrong_guess, adapter),                                                        \
        TEST (one_step_early_or_late_is_right_and_two_are_not, adapter),                                               \
        TEST (five_wrong_codes_lock_it_for_a_quarter_of_an_hour, adapter),                                             \
        TEST (the_recovery_code_works_once, adapter), TEST (turning_it_off_takes_password_and_code, adapter),          \
        TEST (the_operator_resets_it, adapter), TEST (a_token_session_sees_nothing_of_it, adapter)
    const struct CMUnitTest tests[] = { EACH (embedded), EACH (hub) };
    json_start ();
    return cmocka_run_group_tests (tests, NULL, NULL);
}
