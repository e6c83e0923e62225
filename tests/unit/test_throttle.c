/* Slowing down who guesses, without locking owners out. */
#include "tests/support/support.h"

#include <stdio.h>

#include "src/service/throttle.h"

#define SECOND ((int64_t)1000000)
#define BEGIN ((int64_t)1800000000 * SECOND)

#define GUESS(of_account, from_network) (&(struct guess){ .account = (of_account), .network = (from_network) })

static int make (void **state)
{
    struct error err = ERROR_INIT;
    *state = throttle_new (&err);
    return *state ? 0 : -1;
}

static int end (void **state)
{
    throttle_free (*state);
    return 0;
}

/* How many guesses of account from network are let through at one instant, each of them wrong; 1000 at most. */
static int guesses (struct throttle *throttle, const char *account, const char *network, int64_t now_us)
{
    int count = 0;
    while (count < 1000 && throttle_check (throttle, GUESS (account, network), now_us, NULL) == 0) {
        throttle_failed (throttle, GUESS (account, network), now_us);
        count++;
    }
    return count;
}

static void five_guesses_and_then_one_a_minute (void **state)
{
    struct throttle *throttle = *state;
    struct error err = ERROR_INIT;
    assert_int_equal (guesses (throttle, "alice", "192.0.2.7", BEGIN), 5);
    assert_int_equal (throttle_check (throttle, GUESS ("alice", "192.0.2.7"), BEGIN, &err), -1);
    assert_code (&err, ERROR_RATE_LIMITED);
    assert_in_range (err.retry_at, BEGIN / SECOND + 1, BEGIN / SECOND + 61);
    assert_int_equal (throttle_check (throttle, GUESS ("alice", "192.0.2.7"), err.retry_at * SECOND, NULL), 0);
    assert_int_equal (guesses (throttle, "alice", "192.0.2.7", BEGIN + 61 * SECOND), 1);
    assert_int_equal (guesses (throttle, "alice", "192.0.2.7", BEGIN + 3600 * SECOND), 5);
}

static void other_accounts_and_networks_go_on (void **state)
{
    struct throttle *throttle = *state;
    guesses (throttle, "alice", "192.0.2.7", BEGIN);
    assert_int_equal (throttle_check (throttle, GUESS ("bob", "192.0.2.7"), BEGIN, NULL), 0);
    assert_int_equal (throttle_check (throttle, GUESS ("alice", "192.0.2.8"), BEGIN, NULL), 0);
}

static void one_network_cannot_try_all_accounts (void **state)
{
    struct throttle *throttle = *state;
    int tried = 0;
    char account[16];
    for (int i = 0; i < 100; i++) {
        snprintf (account, sizeof (account), "user%d", i);
        if (throttle_check (throttle, GUESS (account, "192.0.2.7"), BEGIN, NULL) != 0)
            continue;
        throttle_failed (throttle, GUESS (account, "192.0.2.7"), BEGIN);
        tried++;
    }
    assert_int_equal (tried, 30);
}

static void strangers_cannot_lock_the_owner_out (void **state)
{
    struct throttle *throttle = *state;
    char network[32];
    int tried = 0;
    throttle_succeeded (throttle, GUESS ("alice", "192.0.2.7"), BEGIN);
    for (int i = 0; i < 200; i++) {
        snprintf (network, sizeof (network), "198.51.100.%d", i);
        tried += guesses (throttle, "alice", network, BEGIN);
    }
    assert_int_equal (tried, 100); /* an account is guessed at so often at most, from wherever */
    assert_int_equal (throttle_check (throttle, GUESS ("alice", "203.0.113.1"), BEGIN, NULL), -1);
    assert_int_equal (throttle_check (throttle, GUESS ("alice", "192.0.2.7"), BEGIN, NULL), 0);
    /* and when they stop, it fades */
    assert_int_equal (throttle_check (throttle, GUESS ("alice", "203.0.113.1"), BEGIN + 60 * SECOND, NULL), 0);
}

static void success_forgives (void **state)
{
    struct throttle *throttle = *state;
    for (int i = 0; i < 4; i++)
        throttle_failed (throttle, GUESS ("alice", "192.0.2.7"), BEGIN);
    throttle_succeeded (throttle, GUESS ("alice", "192.0.2.7"), BEGIN);
    assert_int_equal (guesses (throttle, "alice", "192.0.2.7", BEGIN), 5);
}

static void a_clock_that_goes_back_makes_nothing_worse (void **state)
{
    struct throttle *throttle = *state;
    struct error err = ERROR_INIT;
    guesses (throttle, "alice", "192.0.2.7", BEGIN);
    assert_int_equal (throttle_check (throttle, GUESS ("alice", "192.0.2.7"), BEGIN - 3600 * SECOND, &err), -1);
    assert_in_range (err.retry_at, BEGIN / SECOND - 3600, BEGIN / SECOND - 3600 + 61);
}

static void a_flood_of_names_forgets_but_does_not_grow (void **state)
{
    struct throttle *throttle = *state;
    char account[32];
    for (int i = 0; i < 200000; i++) {
        snprintf (account, sizeof (account), "user%d", i);
        throttle_failed (throttle, GUESS (account, "192.0.2.7"), BEGIN + i);
    }
    assert_int_equal (throttle_check (throttle, GUESS ("anybody", "192.0.2.7"), BEGIN + 200000, NULL), -1);
}

static void wrong_tokens_and_passwords_count_apart (void **state)
{
    struct throttle *throttle = *state;
    const struct guess token = { .account = "alice", .network = "192.0.2.7", .is_token = true };
    int tried = 0;
    for (; tried < 1000 && throttle_check (throttle, &token, BEGIN, NULL) == 0; tried++)
        throttle_failed (throttle, &token, BEGIN);
    assert_int_equal (tried, 5);
    assert_int_equal (guesses (throttle, "alice", "192.0.2.7", BEGIN), 5);
    char network[32];
    for (int i = 0; i < 200; i++) { /* nor against the account as a whole, nor against a network */
        snprintf (network, sizeof (network), "198.51.100.%d", i);
        struct guess other = { .account = "bob", .network = network, .is_token = true };
        throttle_failed (throttle, &other, BEGIN);
        other = (struct guess){ .account = network, .network = "192.0.2.8", .is_token = true };
        throttle_failed (throttle, &other, BEGIN);
    }
    assert_int_equal (throttle_check (throttle, GUESS ("bob", "203.0.113.9"), BEGIN, NULL), 0);
    assert_int_equal (throttle_check (throttle, GUESS ("carol", "192.0.2.8"), BEGIN, NULL), 0);
}

static void a_session_gets_through_and_is_no_oracle (void **state)
{
    struct throttle *throttle = *state;
    char network[32];
    for (int i = 0; i < 200; i++) {
        snprintf (network, sizeof (network), "198.51.100.%d", i);
        guesses (throttle, "alice", network, BEGIN);
    }
    struct guess guess = { .account = "alice", .network = "203.0.113.9" };
    assert_int_equal (throttle_check (throttle, &guess, BEGIN, NULL), -1);
    guess.session = "bearer";
    int tried = 0;
    for (; tried < 1000 && throttle_check (throttle, &guess, BEGIN, NULL) == 0; tried++)
        throttle_failed (throttle, &guess, BEGIN);
    assert_int_equal (tried, 5);
    guess.network = "203.0.113.10"; /* it is the session that counts, wherever it is shown */
    assert_int_equal (throttle_check (throttle, &guess, BEGIN, NULL), -1);
    assert_int_equal (throttle_check (throttle, &guess, BEGIN + 61 * SECOND, NULL), 0);
    guess.session = "another bearer";
    assert_int_equal (throttle_check (throttle, &guess, BEGIN, NULL), 0);
}

int main (void)
{
#define TEST(promise) cmocka_unit_test_setup_teardown (promise, make, end)
    const struct CMUnitTest tests[] = { TEST (wrong_tokens_and_passwords_count_apart),
                                        TEST (a_session_gets_through_and_is_no_oracle),
                                        TEST (five_guesses_and_then_one_a_minute),
                                        TEST (other_accounts_and_networks_go_on),
                                        TEST (one_network_cannot_try_all_accounts),
                                        TEST (strangers_cannot_lock_the_owner_out),
                                        TEST (success_forgives),
                                        TEST (a_clock_that_goes_back_makes_nothing_worse),
                                        TEST (a_flood_of_names_forgets_but_does_not_grow) };
    return cmocka_run_group_tests (tests, NULL, NULL);
}
