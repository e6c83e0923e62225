/* What is done with tokens that interrupted runs left: only what the service still says once their makers have ended.
 */
#include "tests/support/support.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/core/deliveries.h"
#include "src/core/maker.h"

#define TOKEN "11111111-1111-4111-8111-111111111111"
#define REQUEST "22222222-2222-4222-8222-222222222222"

/* A service that remembers one request, with another step at each answer; -1 is no request any more. */
struct fake_service {
    struct service service;
    const char *maker;
    int steps[4];
    size_t asked;
    size_t deleted;
};

static int fake_undelivered (struct service *service, const struct caller *caller, struct undelivered_list *ret_list,
                             struct error *err)
{
    struct fake_service *fake = (struct fake_service *)service;
    (void)caller;
    (void)err;
    int step = fake->steps[fake->asked < ARRAY_SIZE (fake->steps) - 1 ? fake->asked++ : ARRAY_SIZE (fake->steps) - 1];
    if (step < 0)
        return 0;
    struct undelivered *item = undelivered_list_add (ret_list);
    *item = (struct undelivered){ .token = { .id = TOKEN, .name = xstrdup ("ci"), .active = true },
                                  .request_id = REQUEST,
                                  .sink = "stdout",
                                  .step = (enum delivery_step)step,
                                  .age_s = 1 };
    memcpy (item->maker, fake->maker, strlen (fake->maker) + 1);
    return 0;
}

static int fake_delete (struct service *service, const struct caller *caller, const char *id, struct error *err)
{
    (void)caller;
    (void)err;
    assert_string_equal (id, TOKEN);
    ((struct fake_service *)service)->deleted++;
    return 0;
}

static const struct service_ops fake_ops = { .undelivered = fake_undelivered, .delete = fake_delete };

/* In words of maker_self: a process that has ended. */
static void ended_maker (char out[DELIVERY_MAKER_SIZE])
{
    int ends[2];
    assert_int_equal (pipe (ends), 0);
    pid_t child = fork ();
    assert_true (child >= 0);
    if (child == 0) {
        char self[DELIVERY_MAKER_SIZE] = "";
        maker_self (self);
        _exit (write (ends[1], self, sizeof (self)) == sizeof (self) ? 0 : 1);
    }
    assert_int_equal (read (ends[0], out, DELIVERY_MAKER_SIZE), DELIVERY_MAKER_SIZE);
    assert_int_equal (waitpid (child, NULL, 0), child);
    close (ends[0]);
    close (ends[1]);
}

/* Settle with a maker that has ended (or this process) and the service's steps; returns how much was told. */
static size_t settle (void **state, const char *maker, const int steps[4], size_t *ret_deleted)
{
    struct fake_service fake = { .service = { .ops = &fake_ops }, .maker = maker };
    memcpy (fake.steps, steps, sizeof (fake.steps));
    AUTOFREE char *folder = support_path (state, "state");
    struct delivery_place place = {
        .service = &fake.service, .service_name = "x", .user = "alice", .state_folder = folder
    };
    AUTO (leftover_list) list = { .items = NULL };
    struct error err = ERROR_INIT;
    assert_ok (deliveries_settle (&place, false, &list, &err), &err);
    *ret_deleted = fake.deleted;
    return list.count;
}

static void what_was_never_begun_is_deleted (void **state)
{
    char maker[DELIVERY_MAKER_SIZE];
    size_t deleted;
    ended_maker (maker);
    assert_int_equal (
        settle (state, maker, (int[]){ DELIVERY_MADE, DELIVERY_MADE, DELIVERY_MADE, DELIVERY_MADE }, &deleted), 1);
    assert_int_equal (deleted, 1);
}

static void what_was_delivered_before_its_maker_ended_stays (void **state)
{
    char maker[DELIVERY_MAKER_SIZE];
    size_t deleted;
    ended_maker (maker);
    assert_int_equal (settle (state, maker, (int[]){ DELIVERY_MADE, -1, -1, -1 }, &deleted), 0);
    assert_int_equal (deleted, 0);
    assert_int_equal (settle (state, maker, (int[]){ DELIVERY_BEGUN, -1, -1, -1 }, &deleted), 0);
    assert_int_equal (deleted, 0);
    /* it was begun meanwhile, and the maker ended then: only told */
    assert_int_equal (
        settle (state, maker, (int[]){ DELIVERY_MADE, DELIVERY_BEGUN, DELIVERY_BEGUN, DELIVERY_BEGUN }, &deleted), 1);
    assert_int_equal (deleted, 0);
}

static void a_run_that_goes_on_is_left_alone (void **state)
{
    char maker[DELIVERY_MAKER_SIZE];
    size_t deleted;
    maker_self (maker);
    assert_int_equal (
        settle (state, maker, (int[]){ DELIVERY_MADE, DELIVERY_MADE, DELIVERY_MADE, DELIVERY_MADE }, &deleted), 0);
    assert_int_equal (deleted, 0);
}

static void assert_note (void **state, const char *text, bool stays)
{
    AUTOFREE char *state_folder = support_path (state, "state");
    AUTOFREE char *folder = support_path (state, "state/deliveries");
    AUTOFREE char *path = support_path (state, "state/deliveries/" REQUEST ".note");
    size_t deleted;
    char maker[DELIVERY_MAKER_SIZE];
    maker_self (maker);
    (void)mkdir (state_folder, 0700); /* one that is there is as good */
    (void)mkdir (folder, 0700);
    support_write (path, text, 0600);
    assert_int_equal (settle (state, maker, (int[]){ -1, -1, -1, -1 }, &deleted), 0);
    if ((access (path, F_OK) == 0) != stays)
        fail_msg ("%s %s", text, stays ? "is gone" : "is still there");
}

static void only_notes_that_say_nothing_are_removed (void **state)
{
    assert_note (state, "", false);
    assert_note (state, "{\"format\":1,\"request_id\":\"2222", false);
    assert_note (state, "{\"format\":2,\"request_id\":\"" REQUEST "\"}\n", true);
    assert_note (state, "not JSON\n", true);
}

int main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, support_make_folder, support_remove_folder)
    const struct CMUnitTest tests[] = {
        TEST (what_was_never_begun_is_deleted),
        TEST (what_was_delivered_before_its_maker_ended_stays),
        TEST (a_run_that_goes_on_is_left_alone),
        TEST (only_notes_that_say_nothing_are_removed),
    };
    return cmocka_run_group_tests (tests, NULL, NULL);
}
