/* Running another program with text for its stdin and a ceiling and a deadline for its answer. */
#include "src/credentials/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "src/base/clock.h"
#include "src/base/memory.h"
#include "src/credentials/program.h"

extern char **environ;

/* How often a child that is silent is looked after, and how long what it left in the background may take to read. */
enum { LOOK_MS = 50, BACKGROUND_MS = 1000 };

/* A child and both ends of the talk with it; -1 where closed. */
struct talk {
    pid_t pid;
    bool ended; /* and then status tells how */
    int status;
    int to_child;
    int from_child;
    int childs_input; /* the other end of to_child: it tells what was not read */
    const char *input;
    size_t left;
    int64_t deadline_ms;
};

static void close_end (int *fd)
{
    memory_cleanup_close (fd);
    *fd = -1;
}

/* Start the child with its ends of the pipes, apart in a process group of its own, with the signals of a fresh
 * program. */
static int spawn (char **arguments, int stdin_fd, int stdout_fd, bool apart, pid_t *ret_pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, defaults;
    sigemptyset (&none);
    sigemptyset (&defaults);
    sigaddset (&defaults, SIGPIPE);
    sigaddset (&defaults, SIGINT);
    sigaddset (&defaults, SIGTERM);
    sigaddset (&defaults, SIGHUP);
    int code = posix_spawn_file_actions_init (&actions);
    if (code != 0)
        return code;
    code = posix_spawnattr_init (&attributes);
    if (code == 0) {
        if (posix_spawn_file_actions_adddup2 (&actions, stdin_fd, STDIN_FILENO) != 0
            || posix_spawn_file_actions_adddup2 (&actions, stdout_fd, STDOUT_FILENO) != 0
            || posix_spawnattr_setsigmask (&attributes, &none) != 0
            || posix_spawnattr_setsigdefault (&attributes, &defaults) != 0
            || posix_spawnattr_setpgroup (&attributes, 0) != 0
            || posix_spawnattr_setflags (&attributes, (short)(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
                                                              | (apart ? POSIX_SPAWN_SETPGROUP : 0)))
                   != 0)
            code = EINVAL;
        else
            code = posix_spawnp (ret_pid, arguments[0], &actions, &attributes, arguments, environ);
        posix_spawnattr_destroy (&attributes);
    }
    posix_spawn_file_actions_destroy (&actions);
    return code;
}

static void feed (struct talk *talk)
{
    ssize_t n = write (talk->to_child, talk->input, talk->left);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n > 0) {
        talk->input += n;
        talk->left -= (size_t)n;
    }
    if (n < 0 || talk->left == 0) /* a child that does not read its input may still answer */
        close_end (&talk->to_child);
}

static void collect (struct talk *talk, struct buffer *out)
{
    char chunk[4096];
    ssize_t n = read (talk->from_child, chunk, sizeof (chunk));
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n > 0)
        buffer_append (out, chunk, (size_t)n);
    if (n <= 0 || out->failed)
        close_end (&talk->from_child);
    explicit_bzero (chunk, sizeof (chunk));
}

static bool has_ended (struct talk *talk)
{
    if (!talk->ended)
        talk->ended = waitpid (talk->pid, &talk->status, WNOHANG) == talk->pid;
    return talk->ended;
}

/* Talk until the child closes its stdout, or has ended and left that to a child of its own; or, where stdout is not
 * ours, has its input. Returns false when time ran out. */
static bool converse (struct talk *talk, struct buffer *out)
{
    while (talk->from_child >= 0 || (out == NULL && talk->to_child >= 0)) {
        int64_t left_ms = talk->deadline_ms - clock_steady_ms ();
        struct pollfd ends[2] = { { .fd = talk->from_child, .events = POLLIN },
                                  { .fd = talk->to_child, .events = POLLOUT } };
        if (left_ms <= 0)
            return false;
        int ready = poll (ends, 2, left_ms < LOOK_MS ? (int)left_ms : LOOK_MS);
        if (ready < 0 && errno != EINTR)
            return false;
        if (ready == 0 && talk->ended)
            break;
        if (ready == 0)
            (void)has_ended (talk); /* and if so, what it wrote just before is there at the next look */
        if (ends[0].revents)
            collect (talk, out);
        if (ends[1].revents && talk->to_child >= 0)
            feed (talk);
    }
    return out == NULL || !out->failed;
}

/* Wait for the end of the child, at most until the deadline. Returns false when it still runs. */
static bool wait_for_end (struct talk *talk)
{
    while (!has_ended (talk)) {
        if (clock_steady_ms () >= talk->deadline_ms)
            return false;
        nanosleep (&(struct timespec){ .tv_nsec = 1000000 }, NULL);
    }
    return true;
}

/* Whether all of the input was read, now that the child has ended: a pipe takes what nobody ever reads. What a program
 * in the background does not read in time is taken back, for it counts as not handed over. */
static bool took_input (struct talk *talk)
{
    char chunk[512];
    int unread = 0;
    int64_t until_ms = clock_steady_ms () + BACKGROUND_MS;
    if (talk->left > 0)
        return false;
    close_end (&talk->to_child);
    while (ioctl (talk->childs_input, FIONREAD, &unread) == 0 && unread > 0 && clock_steady_ms () < until_ms)
        nanosleep (&(struct timespec){ .tv_nsec = 5000000 }, NULL);
    if (unread == 0)
        return true;
    while (read (talk->childs_input, chunk, sizeof (chunk)) > 0)
        ;
    explicit_bzero (chunk, sizeof (chunk));
    return false;
}

static void end_child (pid_t pid, bool apart)
{
    int status;
    kill (apart ? -pid : pid, SIGKILL);
    while (waitpid (pid, &status, 0) < 0 && errno == EINTR)
        ;
}

static int open_pipes (int to_child[2], int from_child[2])
{
    if (pipe2 (to_child, O_CLOEXEC) != 0)
        return -1;
    if (pipe2 (from_child, O_CLOEXEC) != 0) {
        close_end (&to_child[0]);
        close_end (&to_child[1]);
        return -1;
    }
    /* only our ends: the child must see ordinary pipes */
    if (fcntl (to_child[1], F_SETFL, O_NONBLOCK) == 0 && fcntl (from_child[0], F_SETFL, O_NONBLOCK) == 0)
        return 0;
    for (int i = 0; i < 2; i++) {
        close_end (&to_child[i]);
        close_end (&from_child[i]);
    }
    return -1;
}

/* posix_spawn(3) wants arguments that it could write to. Owned. */
static char **copy_arguments (const char *const *arguments)
{
    size_t count = 0;
    while (arguments[count])
        count++;
    char **copy = xcalloc (count + 1, sizeof (*copy));
    for (size_t i = 0; i < count; i++)
        copy[i] = xstrdup (arguments[i]);
    return copy;
}

static void free_arguments (char **arguments)
{
    for (char **at = arguments; *at; at++)
        free (*at);
    free (arguments);
}

/* A file that is there and still is "not found" needs another one that is missing. */
static int fail_to_start (const char *program, int code, struct error *err)
{
    AUTOFREE char *file = strchr (program, '/') ? xstrdup (program) : program_find (program);
    AUTOFREE char *interpreter = file ? program_missing_interpreter (file) : NULL;
    if (interpreter)
        return error_set (err, ERROR_CREDENTIAL_HELPER, "%s cannot be run: its interpreter %s is not there", program,
                          interpreter);
    const char *why = code != ENOENT ? strerror (code)
                      : file         ? "a file that the system needs to load it is not there"
                                     : "it is not on PATH";
    return error_set (err, ERROR_CREDENTIAL_HELPER, "%s cannot be run: %s", program, why);
}

void process_describe (const struct process_result *result, char ret_words[PROCESS_WORDS_SIZE])
{
    const char *name = sigabbrev_np (result->signal);
    if (result->exit_status >= 0)
        snprintf (ret_words, PROCESS_WORDS_SIZE, "exit status %d", result->exit_status);
    else if (name)
        snprintf (ret_words, PROCESS_WORDS_SIZE, "killed by SIG%s", name);
    else
        snprintf (ret_words, PROCESS_WORDS_SIZE, "killed by signal %d", result->signal);
}

int process_run (const char *const *arguments, const void *input, size_t input_len, int timeout_ms, struct buffer *out,
                 struct process_result *ret_result, struct error *err)
{
    const char *program = arguments[0];
    int to_child[2], from_child[2];
    struct talk talk = { .input = input, .left = input_len };
    if (open_pipes (to_child, from_child) != 0)
        return error_set (err, ERROR_CREDENTIAL_HELPER, "cannot make a pipe for %s: %s", program, strerror (errno));
    char **copy = copy_arguments (arguments);
    bool apart = out != NULL;
    int code = spawn (copy, to_child[0], apart ? from_child[1] : STDERR_FILENO, apart, &talk.pid);
    free_arguments (copy);
    close_end (&from_child[1]);
    talk.childs_input = to_child[0];
    talk.to_child = to_child[1];
    talk.from_child = from_child[0];
    talk.deadline_ms = clock_steady_ms () + timeout_ms;
    if (!apart)
        close_end (&talk.from_child);
    if (code == 0 && input_len == 0)
        close_end (&talk.to_child);
    bool ended = code == 0 && converse (&talk, out) && wait_for_end (&talk);
    bool took = ended && out == NULL && took_input (&talk);
    close_end (&talk.to_child);
    close_end (&talk.from_child);
    close_end (&talk.childs_input);
    if (code != 0)
        return fail_to_start (program, code, err);
    if (!ended) {
        end_child (talk.pid, apart);
        return out && out->failed ? error_set (err, ERROR_CREDENTIAL_HELPER, "%s answers with more than %zu bytes",
                                               program, out->ceiling)
                                  : error_set (err, ERROR_CREDENTIAL_HELPER, "%s did not answer within %d s", program,
                                               timeout_ms / 1000);
    }
    *ret_result = (struct process_result){ .exit_status = WIFEXITED (talk.status) ? WEXITSTATUS (talk.status) : -1,
                                           .signal = WIFSIGNALED (talk.status) ? WTERMSIG (talk.status) : 0,
                                           .took_input = took };
    return 0;
}
