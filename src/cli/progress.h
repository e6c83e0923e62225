/* A sign of life on a terminal's stderr while something takes longer than a second. */
#ifndef DPAT_CLI_PROGRESS_H
#define DPAT_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

/* What is being waited for, and since when. Begin with all zero but wanted. */
struct progress {
    bool wanted; /* stderr is a terminal that a person looks at */
    bool shown;  /* a line stands there now */
    int64_t since_ms;
    unsigned turn;
};

/* Show after a second that what goes on, and count the seconds; NULL: it is over, and the line goes. context is a
 * struct progress. To be called again and again. */
void progress_show (void *context, const char *what);

#endif
