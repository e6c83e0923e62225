/* Where a new secret goes: a file, a command, the keystore, or Docker's credentials. */
#include "src/core/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/file.h"
#include "src/base/memory.h"
#include "src/credentials/process.h"
#include "src/credentials/session_file.h"

int sink_deliver (struct sink *sink, const struct token_made *made, struct error *err)
{
    return sink->ops->deliver (sink, made, err);
}

void sink_free (struct sink *sink)
{
    if (sink)
        sink->ops->free (sink);
}

struct file_sink {
    struct sink sink;
    char *path;
    char *folder; /* of path, in which a new file is made */
    int fd;
    bool made;    /* by us, and so ours to remove */
    bool written; /* the secret is in it */
};

static int file_sink_deliver (struct sink *sink, const struct token_made *made, struct error *err)
{
    struct file_sink *file = (struct file_sink *)sink;
    if (file_write_all (file->fd, made->secret.data, made->secret.len) == 0 && file_write_all (file->fd, "\n", 1) == 0
        && fsync (file->fd) == 0) {
        /* a file whose name is lost with the power has lost the secret */
        file_sync_folder (file->folder);
        file->written = true;
        return 0;
    }
    error_set (err, ERROR_FILE_FAILED, "cannot write %s: %s", file->path, strerror (errno));
    if (ftruncate (file->fd, 0) != 0)
        error_prefix (err, "part of the secret is still in the file");
    return -1;
}

static void file_sink_free (struct sink *sink)
{
    struct file_sink *file = (struct file_sink *)sink;
    if (file->made && !file->written)
        (void)unlink (file->path);
    close (file->fd);
    free (file->folder);
    free (file->path);
    free (file);
}

static int open_empty (const char *path, struct error *err)
{
    AUTOCLOSE int fd = open (path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return error_set (err, ERROR_FILE_FAILED, "cannot open %s: %s", path, strerror (errno));
    struct stat st;
    if (fstat (fd, &st) != 0)
        return error_set (err, ERROR_FILE_FAILED, "cannot look at %s: %s", path, strerror (errno));
    if (!S_ISREG (st.st_mode) || st.st_size != 0 || st.st_uid != geteuid ()) {
        error_set (err, ERROR_FILE_EXISTS, "%s is already there and is no empty file of yours", path);
        return error_hint (err, "name a file that does not exist yet");
    }
    if (fchmod (fd, 0600) != 0)
        return error_set (err, ERROR_FILE_FAILED, "cannot make %s private: %s", path, strerror (errno));
    int kept = fd;
    fd = -1;
    return kept;
}

struct sink *sink_file_open (const char *path, struct error *err)
{
    static const struct sink_ops ops = { .deliver = file_sink_deliver, .free = file_sink_free, .name = "file" };
    int fd = open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    bool made = fd >= 0;
    if (fd < 0 && errno == EEXIST)
        fd = open_empty (path, err);
    else if (fd < 0)
        error_set (err, ERROR_FILE_FAILED, "cannot make %s: %s", path, strerror (errno));
    if (fd < 0)
        return NULL;
    struct file_sink *file = xmalloc (sizeof (*file));
    *file = (struct file_sink){
        .sink.ops = &ops, .path = xstrdup (path), .folder = file_folder (path), .fd = fd, .made = made
    };
    return &file->sink;
}

int sink_file_is_filled (const char *path, bool *ret_filled, struct error *err)
{
    struct stat st;
    bool there = stat (path, &st) == 0;
    if (!there && errno != ENOENT)
        return error_set (err, ERROR_FILE_FAILED, "cannot look at %s: %s", path, strerror (errno));
    *ret_filled = there && S_ISREG (st.st_mode) && st.st_size > 0;
    return 0;
}

enum { COMMAND_TIMEOUT_MS = 600000 };

struct command_sink {
    struct sink sink;
    const char *command;
};

static int command_sink_deliver (struct sink *sink, const struct token_made *made, struct error *err)
{
    const struct command_sink *command = (struct command_sink *)sink;
    const char *const arguments[] = { "/bin/sh", "-c", command->command, NULL };
    struct process_result result;
    struct error why = ERROR_INIT;
    if (process_run (arguments, made->secret.data, made->secret.len, COMMAND_TIMEOUT_MS, NULL, &result, &why) != 0)
        return error_set (err, ERROR_UNDELIVERED, "the command did not end well: %s", why.text);
    if (result.exit_status == 0 && result.took_input)
        return 0;
    if (result.exit_status == 0) {
        error_set (err, ERROR_UNDELIVERED, "the command ended well, but did not read the secret from its stdin");
        return error_hint (err, "let it read its stdin to the end, as in: --command 'gh secret set NAME'");
    }
    char words[PROCESS_WORDS_SIZE];
    process_describe (&result, words);
    return error_set (err, ERROR_UNDELIVERED, "the command failed (%s)", words);
}

static void command_sink_free (struct sink *sink)
{
    free (sink);
}

struct sink *sink_command_open (const char *command, struct error *err)
{
    static const struct sink_ops ops = { .deliver = command_sink_deliver,
                                         .free = command_sink_free,
                                         .name = "command" };
    if (command[strspn (command, " \t\n")] == '\0') {
        error_set (err, ERROR_USAGE, "the command that shall get the secret is empty");
        return NULL;
    }
    struct command_sink *sink = xmalloc (sizeof (*sink));
    *sink = (struct command_sink){ .sink.ops = &ops, .command = command };
    return &sink->sink;
}

struct keystore_sink {
    struct sink sink;
    const struct saved_place *place;
    const char *key;
};

static int keystore_sink_deliver (struct sink *sink, const struct token_made *made, struct error *err)
{
    const struct keystore_sink *keystore = (struct keystore_sink *)sink;
    return saved_secret_put (keystore->place, keystore->key, made->token.id, &made->secret, err);
}

static void keystore_sink_free (struct sink *sink)
{
    free (sink);
}

struct sink *sink_keystore_open (const struct saved_place *place, const char *key, struct error *err)
{
    static const struct sink_ops ops = { .deliver = keystore_sink_deliver,
                                         .free = keystore_sink_free,
                                         .name = "keystore" };
    if (session_file_check (place->state_folder, err) != 0 || keystore_check_write (place->keystore, err) != 0)
        return NULL;
    struct keystore_sink *sink = xmalloc (sizeof (*sink));
    *sink = (struct keystore_sink){ .sink.ops = &ops, .place = place, .key = key };
    return &sink->sink;
}

struct docker_sink {
    struct sink sink;
    struct docker_entry *entry;
};

static int docker_sink_deliver (struct sink *sink, const struct token_made *made, struct error *err)
{
    const struct docker_sink *docker = (struct docker_sink *)sink;
    struct docker_entry_note note = { .token_id = made->token.id,
                                      .automatic = made->token.source == TOKEN_AUTO,
                                      .expires_at = made->token.expires_us / 1000000 };
    return docker_entry_put (docker->entry, &made->secret, &note, err);
}

static void docker_sink_free (struct sink *sink)
{
    free (sink);
}

struct sink *sink_docker_open (struct docker_entry *entry, struct error *err)
{
    static const struct sink_ops ops = { .deliver = docker_sink_deliver, .free = docker_sink_free, .name = "docker" };
    if (docker_entry_check (entry, err) != 0)
        return NULL;
    struct docker_sink *docker = xmalloc (sizeof (*docker));
    *docker = (struct docker_sink){ .sink.ops = &ops, .entry = entry };
    return &docker->sink;
}
