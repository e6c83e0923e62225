/* argv in, exit code out: makes the process safe to work in, and hands over to the command line. */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "config.h"
#include "src/base/json.h"
#include "src/cli/cli.h"

/* A descriptor 0, 1 or 2 that is closed would be given to the next file opened, and words for stderr would land in the
 * store. In place of stdout comes one that cannot be written, so that a result that goes nowhere is an error. Returns
 * whether stdout was closed. */
static bool fill_closed_descriptors (void)
{
    bool stdout_was_closed = fcntl (STDOUT_FILENO, F_GETFD) < 0;
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl (fd, F_GETFD) < 0 && open ("/dev/null", fd == STDERR_FILENO ? O_WRONLY : O_RDONLY) < 0)
            _exit (1);
    return stdout_was_closed;
}

/* No core dump and no other process of this user may read our memory. */
static void hide_memory (void)
{
#ifndef DPAT_SANITIZERS
    (void)prctl (PR_SET_DUMPABLE, 0, 0, 0, 0); /* where the kernel refuses, nothing else can be done */
#endif
}

int main (int argc, char **argv)
{
    bool stdout_was_closed = fill_closed_descriptors ();
    hide_memory ();
    signal (SIGPIPE, SIG_IGN); /* a broken pipe is an error that is told, see cli.c */
    signal (SIGCHLD, SIG_DFL); /* who starts us may ignore it, and then nobody learns how a child ended */
    (void)setlocale (LC_ALL, "");
    json_start ();
    return cli_run (argc, argv, stdout_was_closed);
}
