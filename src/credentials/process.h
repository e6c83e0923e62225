/* Running another program with text for its stdin and a ceiling and a deadline for its answer. */
#ifndef DPAT_CREDENTIALS_PROCESS_H
#define DPAT_CREDENTIALS_PROCESS_H

#include <stdbool.h>

#include "src/base/buffer.h"
#include "src/base/error.h"

/* How a program ended. */
struct process_result {
    int exit_status; /* -1 when a signal ended it */
    int signal;      /* that signal; 0 for none */
    bool took_input; /* with out NULL: all of input was read, by it or by a program that it started */
};

/* Room for what process_describe says. */
enum { PROCESS_WORDS_SIZE = 64 };

/* How it ended, for people: "exit status 3" or "killed by SIGSEGV". */
void process_describe (const struct process_result *result, char ret_words[PROCESS_WORDS_SIZE]);

/* Run arguments[0] (looked up on PATH) with arguments, which ends with NULL; feed input to its stdin, collect its
 * stdout in out (beyond whose ceiling it is ended), leave its stderr ours. Beyond timeout_ms it is ended with its
 * process group. The child has signals and descriptors as a fresh program has; this process must ignore SIGPIPE.
 * ERROR_CREDENTIAL_HELPER when it cannot be run (an interpreter that is missing is named), or was ended by us.
 *
 * With out NULL it is a command of the user's: its stdout is our stderr, and it stays in our process group, so that it
 * may use the terminal and sees ^C. A program that it leaves in the background with its stdin has one more second to
 * read what is left there; what nobody has read then is taken back. */
int process_run (const char *const *arguments, const void *input, size_t input_len, int timeout_ms, struct buffer *out,
                 struct process_result *ret_result, struct error *err);

#endif
