/* dpat as a plugin of the Docker CLI, `docker pat …` (docker/cli, plugin schema 0.1.0). */
#ifndef DPAT_CLI_PLUGIN_FACE_H
#define DPAT_CLI_PLUGIN_FACE_H

#include <stdbool.h>

/* A command line as docker hands it on: all that was typed behind `docker`, its own options included. */
struct plugin_line {
    int argc;
    char **argv;
    const char *docker_folder; /* of docker's --config; NULL when it was not given */
};

/* Whether name, argv[0], is that of the plugin. */
bool plugin_is_called (const char *name);

/* Take docker's own options and the word "pat" off the line, so that the rest is dpat's own (argv[0] being a name).
 * Returns false when docker asks something about the plugin instead, which is plugin_answer's to do. */
bool plugin_take_line (struct plugin_line *line);

/* Answer what docker asks of a plugin: its metadata (without touching anything else), or what completes a line. Returns
 * the exit status. */
int plugin_answer (const struct plugin_line *line);

#endif
