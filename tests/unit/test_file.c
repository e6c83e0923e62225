/* Replacing files so that nobody sees half of one. */
#include "tests/support/support.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/base/file_private.h"

static unsigned mode_of (const char *path)
{
    struct stat info;
    assert_int_equal (lstat (path, &info), 0);
    return info.st_mode & 07777;
}

static void assert_content (const char *path, const char *expected)
{
    AUTOFREE char *content = support_read (path);
    assert_non_null (content);
    assert_string_equal (content, expected);
}

static void replaces_and_keeps_the_mode (void **state)
{
    struct error err = ERROR_INIT;
    AUTOFREE char *path = support_path (state, "f");
    support_write (path, "old", 0640);
    assert_ok (file_replace (path, "new", 3, 0600, &err), &err);
    assert_content (path, "new");
    assert_int_equal (mode_of (path), 0640);
}

static void a_new_file_gets_the_mode_whatever_the_umask (void **state)
{
    struct error err = ERROR_INIT;
    AUTOFREE char *path = support_path (state, "f");
    mode_t old = umask (0);
    assert_ok (file_replace (path, "new", 3, 0600, &err), &err);
    umask (old);
    assert_int_equal (mode_of (path), 0600);
}

static void a_link_is_kept_and_its_target_replaced (void **state)
{
    struct error err = ERROR_INIT;
    AUTOFREE char *folder = support_path (state, "there");
    AUTOFREE char *target = support_path (state, "there/f");
    AUTOFREE char *link = support_path (state, "link");
    assert_int_equal (mkdir (folder, 0700), 0);
    support_write (target, "old", 0600);
    assert_int_equal (symlink ("there/f", link), 0);
    assert_ok (file_replace (link, "new", 3, 0600, &err), &err);
    struct stat info;
    assert_int_equal (lstat (link, &info), 0);
    assert_true (S_ISLNK (info.st_mode));
    assert_content (target, "new");
}

static void a_dangling_link_gets_its_target (void **state)
{
    struct error err = ERROR_INIT;
    AUTOFREE char *target = support_path (state, "target");
    AUTOFREE char *link = support_path (state, "link");
    assert_int_equal (symlink ("target", link), 0);
    assert_ok (file_replace (link, "new", 3, 0600, &err), &err);
    assert_content (target, "new");
}

static void a_loop_of_links_is_an_error (void **state)
{
    struct error err = ERROR_INIT;
    AUTOFREE char *one = support_path (state, "one");
    AUTOFREE char *two = support_path (state, "two");
    assert_int_equal (symlink ("two", one), 0);
    assert_int_equal (symlink ("one", two), 0);
    assert_int_equal (file_replace (one, "new", 3, 0600, &err), -1);
    assert_code (&err, ERROR_FILE_FAILED);
}

static void create_never_replaces (void **state)
{
    struct error err = ERROR_INIT;
    AUTOFREE char *path = support_path (state, "f");
    assert_ok (file_create (path, "one", 3, 0600, &err), &err);
    assert_int_equal (file_create (path, "two", 3, 0600, &err), -1);
    assert_code (&err, ERROR_FILE_EXISTS);
    assert_content (path, "one");
}

static void read_tells_apart_absent_and_unusable (void **state)
{
    AUTOFREE char *absent = support_path (state, "absent");
    AUTOFREE char *folder = support_path (state, ".");
    AUTOFREE char *big = support_path (state, "big");
    struct error err = ERROR_INIT;
    AUTO (buffer) out;
    buffer_init (&out, 4);
    assert_int_equal (file_read (absent, &out, &err), -1);
    assert_code (&err, ERROR_FILE_ABSENT);
    assert_int_equal (file_read (folder, &out, &err), -1);
    assert_code (&err, ERROR_FILE_FAILED);
    support_write (big, "12345", 0600);
    assert_int_equal (file_read (big, &out, &err), -1);
    assert_code (&err, ERROR_FILE_FAILED);
}

static void a_fifo_is_no_file (void **state)
{
    AUTOFREE char *path = support_path (state, "fifo");
    struct error err = ERROR_INIT;
    AUTO (buffer) out;
    buffer_init (&out, 100);
    assert_int_equal (mkfifo (path, 0600), 0);
    assert_int_equal (file_read (path, &out, &err), -1);
    assert_code (&err, ERROR_FILE_FAILED);
}

static void a_lock_held_elsewhere_is_told (void **state)
{
    AUTOFREE char *path = support_path (state, "f");
    struct file_lock mine = FILE_LOCK_INIT, theirs = FILE_LOCK_INIT;
    struct error err = ERROR_INIT;
    assert_ok (file_lock_take (&mine, path, 0, &err), &err);
    assert_int_equal (file_lock_take (&theirs, path, 50, &err), -1);
    assert_code (&err, ERROR_FILE_LOCKED);
    file_lock_release (&mine);
    assert_ok (file_lock_take (&theirs, path, 0, &err), &err);
    file_lock_release (&theirs);
    file_lock_release (&theirs);
}

/* Each of several processes adds 1 to a number in a file, many times. */
static void nobody_loses_an_update_under_the_lock (void **state)
{
    enum { WRITERS = 4, TURNS = 25 };
    AUTOFREE char *path = support_path (state, "number");
    support_write (path, "0", 0600);
    for (int i = 0; i < WRITERS; i++) {
        if (fork () != 0)
            continue;
        for (int turn = 0; turn < TURNS; turn++) {
            struct file_lock lock = FILE_LOCK_INIT;
            AUTO (buffer) text;
            buffer_init (&text, 100);
            if (file_lock_take (&lock, path, 20000, NULL) != 0 || file_read (path, &text, NULL) != 0)
                _exit (1);
            AUTOFREE char *next = xasprintf ("%ld", strtol (buffer_text (&text), NULL, 10) + 1);
            if (file_replace (path, next, strlen (next), 0600, NULL) != 0)
                _exit (1);
            file_lock_release (&lock);
        }
        _exit (0);
    }
    for (int i = 0; i < WRITERS; i++) {
        int status;
        assert_true (wait (&status) > 0);
        assert_int_equal (status, 0);
    }
    assert_content (path, "100");
}

/* A file as a killed writer leaves it: at bytes of the new content over the old, and the copies it made. */
static void leave_half_written (const char *path, const char *old, const char *new, size_t at, const char *rest)
{
    AUTOFREE char *now = xasprintf ("%.*s%s", (int)at, new, rest);
    AUTOFREE char *copy_of_old = file_beside (path, "dpat-old");
    AUTOFREE char *copy_of_new = file_beside (path, "dpat-new");
    support_write (path, now, 0600);
    support_write (copy_of_old, old, 0600);
    support_write (copy_of_new, new, 0600);
}

static void assert_no_copies (const char *path)
{
    AUTOFREE char *copy_of_old = file_beside (path, "dpat-old");
    AUTOFREE char *copy_of_new = file_beside (path, "dpat-new");
    assert_int_equal (access (copy_of_old, F_OK), -1);
    assert_int_equal (access (copy_of_new, F_OK), -1);
}

/* Read it as the next run does, which finds the old content, or the new one where that was all written. */
static void assert_restored (const char *path, const char *expected)
{
    struct error err = ERROR_INIT;
    AUTO (buffer) text;
    buffer_init (&text, 100);
    assert_ok (file_read (path, &text, &err), &err);
    assert_string_equal (buffer_text (&text), expected);
    assert_content (path, expected);
    assert_no_copies (path);
}

static void what_a_killed_writer_left_is_restored (void **state)
{
    static const char *const pairs[][2] = { { "{\"a\":\"short\"}", "{\"a\":\"much longer\",\"b\":1}" },
                                            { "{\"a\":\"much longer\",\"b\":1}", "{\"a\":\"short\"}" },
                                            { "{\"same\":1}", "{\"same\":2}" },
                                            { "something", "" },
                                            { "", "something" } };
    AUTOFREE char *path = support_path (state, "f");
    for (size_t i = 0; i < ARRAY_SIZE (pairs); i++) {
        const char *old = pairs[i][0], *new = pairs[i][1];
        for (size_t at = 0; at <= strlen (new); at++) {
            leave_half_written (path, old, new, at, at < strlen (old) ? old + at : "");
            AUTOFREE char *now = support_read (path);
            assert_restored (path, strcmp (now, new) == 0 ? new : old);
        }
    }
}

/* Who makes a longer file gets zeros at its end first. */
static void room_that_was_made_is_taken_back (void **state)
{
    AUTOFREE char *path = support_path (state, "f");
    leave_half_written (path, "old", "the new one", 0, "old");
    assert_int_equal (truncate (path, 11), 0);
    assert_restored (path, "old");
}

static void what_somebody_wrote_since_is_kept (void **state)
{
    AUTOFREE char *path = support_path (state, "f");
    static const char *const others[] = { "theirs", "", "old and more than either", "old", "the new one" };
    for (size_t i = 0; i < ARRAY_SIZE (others); i++) {
        leave_half_written (path, "old", "the new one", 0, others[i]);
        assert_restored (path, others[i]);
    }
    leave_half_written (path, "old", "the new one", 3, "");
    assert_int_equal (unlink (path), 0);
    struct file_lock lock = FILE_LOCK_INIT;
    struct error err = ERROR_INIT;
    assert_ok (file_lock_take (&lock, path, 0, &err), &err);
    file_lock_release (&lock);
    assert_int_equal (access (path, F_OK), -1);
    assert_no_copies (path);
}

static void a_lock_restores_too_and_the_next_write_keeps_it (void **state)
{
    AUTOFREE char *path = support_path (state, "f");
    struct file_lock lock = FILE_LOCK_INIT;
    struct error err = ERROR_INIT;
    leave_half_written (path, "old", "the new one", 5, "");
    assert_ok (file_lock_take (&lock, path, 0, &err), &err);
    assert_content (path, "old");
    assert_ok (file_replace (path, "newer", 5, 0600, &err), &err);
    file_lock_release (&lock);
    assert_restored (path, "newer");
}

/* In /tmp anybody can put copies beside a file of one's own. */
static void copies_that_a_stranger_made_do_not_count (void **state)
{
    if (geteuid () != 0)
        skip ();
    AUTOFREE char *path = support_path (state, "f");
    AUTOFREE char *copy_of_old = file_beside (path, "dpat-old");
    leave_half_written (path, "evil", "the new one", 5, "");
    assert_int_equal (chmod (*state, 01777), 0);
    assert_int_equal (chown (copy_of_old, 65534, 65534), 0);
    struct error err = ERROR_INIT;
    AUTO (buffer) text;
    buffer_init (&text, 100);
    assert_ok (file_read (path, &text, &err), &err);
    assert_string_equal (buffer_text (&text), "the n");
}

static void the_lock_is_open_to_who_may_write_the_file (void **state)
{
    struct file_lock lock = FILE_LOCK_INIT;
    struct error err = ERROR_INIT;
    AUTOFREE char *path = support_path (state, "f");
    AUTOFREE char *name = support_path (state, "f.lock");
    assert_ok (file_lock_take (&lock, path, 0, &err), &err);
    file_lock_release (&lock);
    assert_int_equal (mode_of (name), 0600);
    support_write (path, "", 0660);
    assert_ok (file_lock_take (&lock, path, 0, &err), &err);
    file_lock_release (&lock);
    assert_int_equal (mode_of (name), 0660);
    support_write (name, "no lock of ours", 0600);
    assert_ok (file_lock_take (&lock, path, 0, &err), &err);
    file_lock_release (&lock);
    assert_int_equal (mode_of (name), 0600);
}

static void nothing_is_left_of_a_check (void **state)
{
    struct error err = ERROR_INIT;
    AUTOFREE char *path = support_path (state, "f");
    AUTOFREE char *deep = support_path (state, "a/b/c");
    AUTOFREE char *middle = support_path (state, "a");
    AUTOFREE char *temporary = file_beside (path, "dpat-tmp");
    assert_ok (file_check_replace (deep, 0, &err), &err);
    assert_int_equal (access (middle, F_OK), -1);
    assert_ok (file_check_replace (path, 0, &err), &err);
    assert_int_equal (access (path, F_OK), -1);
    support_write (path, "old", 0640);
    assert_ok (file_check_replace (path, 0, &err), &err);
    assert_content (path, "old");
    assert_int_equal (access (temporary, F_OK), -1);
}

static void a_check_tells_what_would_fail (void **state)
{
    AUTOFREE char *folder = support_path (state, "folder");
    AUTOFREE char *link = support_path (state, "link");
    AUTOFREE char *below_file = support_path (state, "file/x");
    AUTOFREE char *file = support_path (state, "file");
    struct error err = ERROR_INIT;
    struct file_lock lock = FILE_LOCK_INIT;
    assert_int_equal (mkdir (folder, 0700), 0);
    assert_int_equal (file_check_replace (folder, 0, &err), -1);
    assert_code (&err, ERROR_FILE_FAILED);
    assert_int_equal (symlink ("nowhere/f", link), 0);
    assert_int_equal (file_check_replace (link, 0, &err), -1);
    assert_non_null (strstr (err.text, "nowhere"));
    support_write (file, "", 0600);
    assert_int_equal (file_check_replace (below_file, 0, &err), -1);
    assert_ok (file_lock_take (&lock, file, 0, &err), &err);
    assert_int_equal (file_check_replace (file, 20, &err), -1);
    assert_code (&err, ERROR_FILE_LOCKED);
    file_lock_release (&lock);
}

static void folders_are_made_private (void **state)
{
    struct error err = ERROR_INIT;
    AUTOFREE char *deep = support_path (state, "a/b/c");
    AUTOFREE char *middle = support_path (state, "a/b");
    AUTOFREE char *file = support_path (state, "file");
    AUTOFREE char *below = support_path (state, "file/x");
    assert_ok (file_make_folder (deep, &err), &err);
    assert_ok (file_make_folder (deep, &err), &err);
    assert_int_equal (mode_of (middle), 0700);
    support_write (file, "", 0600);
    assert_int_equal (file_make_folder (below, &err), -1);
    assert_code (&err, ERROR_FILE_FAILED);
}

static void what_others_may_write_is_refused (void **state)
{
    struct error err = ERROR_INIT;
    AUTOFREE char *path = support_path (state, "f");
    AUTOFREE char *absent = support_path (state, "absent");
    support_write (path, "", 0644);
    assert_ok (file_check_private (path, ERROR_STATE, &err), &err);
    assert_ok (file_check_private (absent, ERROR_STATE, &err), &err);
    support_write (path, "", 0666);
    assert_int_equal (file_check_private (path, ERROR_STATE, &err), -1);
    assert_code (&err, ERROR_STATE);
}

int main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, support_make_folder, support_remove_folder)
    const struct CMUnitTest tests[] = {
        TEST (replaces_and_keeps_the_mode),
        TEST (a_new_file_gets_the_mode_whatever_the_umask),
        TEST (a_link_is_kept_and_its_target_replaced),
        TEST (a_dangling_link_gets_its_target),
        TEST (a_loop_of_links_is_an_error),
        TEST (create_never_replaces),
        TEST (read_tells_apart_absent_and_unusable),
        TEST (a_fifo_is_no_file),
        TEST (a_lock_held_elsewhere_is_told),
        TEST (nobody_loses_an_update_under_the_lock),
        TEST (what_a_killed_writer_left_is_restored),
        TEST (room_that_was_made_is_taken_back),
        TEST (what_somebody_wrote_since_is_kept),
        TEST (a_lock_restores_too_and_the_next_write_keeps_it),
        TEST (copies_that_a_stranger_made_do_not_count),
        TEST (the_lock_is_open_to_who_may_write_the_file),
        TEST (nothing_is_left_of_a_check),
        TEST (a_check_tells_what_would_fail),
        TEST (folders_are_made_private),
        TEST (what_others_may_write_is_refused),
    };
    return cmocka_run_group_tests (tests, NULL, NULL);
}
