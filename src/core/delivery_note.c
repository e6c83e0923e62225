/* Notes of deliveries under way, in the state folder. */
#include "src/core/delivery_note.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/file.h"
#include "src/base/json.h"
#include "src/base/memory.h"

enum { FORMAT = 1, NOTE_MAX_BYTES = 16384 };

void delivery_note_text_release (struct delivery_note_text *text)
{
    free (text->service);
    free (text->user);
    free (text->name);
    free (text->sink);
    free (text->others);
    *text = (struct delivery_note_text){ .service = NULL };
}

static char *notes_folder (const char *folder)
{
    return xasprintf ("%s/deliveries", folder);
}

static int fail (const char *path, struct error *err)
{
    return error_set (err, ERROR_STATE, "the note %s cannot be written: %s", path, strerror (errno));
}

static int append (int fd, const char *text, size_t len)
{
    return file_write_all (fd, text, len) == 0 ? fsync (fd) : -1;
}

/* Make and lock the file. Somebody who looks after notes may have taken it for one that says nothing, and removed it,
 * before it was locked. */
static int make_locked (const char *path)
{
    for (int tries = 0; tries < 10; tries++) {
        struct stat st;
        AUTOCLOSE int fd = open (path, O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd < 0 || flock (fd, LOCK_EX) != 0 || fstat (fd, &st) != 0)
            return -1;
        if (st.st_nlink == 0)
            continue;
        int kept = fd;
        fd = -1;
        return kept;
    }
    return -1;
}

static json_t *first_line (const struct delivery_note_text *text)
{
    json_t *line = json_object ();
    json_set (line, "format", json_integer (FORMAT));
    json_set_string (line, "request_id", text->request_id);
    json_set_string (line, "service", text->service);
    json_set_string (line, "user", text->user);
    json_set_string (line, "name", text->name);
    json_set_string (line, "source", token_source_name (text->automatic ? TOKEN_AUTO : TOKEN_MANUAL));
    json_set_string (line, "sink", text->sink);
    json_set (line, "at", json_integer (text->at));
    return line;
}

int delivery_note_new (const char *folder, const struct delivery_note_text *text, struct delivery_note *ret_note,
                       struct error *err)
{
    AUTOFREE char *notes = notes_folder (folder);
    AUTOFREE char *path = xasprintf ("%s/%s.note", notes, text->request_id);
    json_auto_t *line = first_line (text);
    AUTO (buffer) out;
    buffer_init (&out, NOTE_MAX_BYTES);
    json_write (&out, line);
    buffer_puts (&out, "\n");
    struct error why = ERROR_INIT;
    if (file_make_folder (notes, &why) != 0)
        return error_set (err, ERROR_STATE, "%s", why.text);
    if (file_check_private (folder, ERROR_STATE, err) != 0 || file_check_private (notes, ERROR_STATE, err) != 0)
        return -1;
    struct delivery_note note = { .fd = make_locked (path), .path = NULL };
    if (note.fd < 0)
        return fail (path, err);
    note.path = take (&path);
    if (append (note.fd, buffer_text (&out), out.len) != 0) {
        fail (note.path, err);
        delivery_note_remove (&note);
        return -1;
    }
    file_sync_folder (notes);
    *ret_note = note;
    return 0;
}

int delivery_note_begin (const struct delivery_note *note, const char *token_id, struct error *err)
{
    char line[128];
    int len = snprintf (line, sizeof (line), "{\"token_id\":\"%s\",\"step\":\"begun\"}\n", token_id);
    return append (note->fd, line, (size_t)len) == 0 ? 0 : fail (note->path, err);
}

void delivery_note_exclude (const struct delivery_note *note, const char *token_id)
{
    char line[128];
    int len = snprintf (line, sizeof (line), "{\"other_id\":\"%s\"}\n", token_id);
    (void)append (note->fd, line, (size_t)len); /* else a token is named that need not be */
}

void delivery_note_remove (struct delivery_note *note)
{
    if (note->fd < 0)
        return;
    (void)unlink (note->path);
    *strrchr (note->path, '/') = '\0';
    (void)rmdir (note->path); /* where it was the last one */
    delivery_note_release (note);
}

void delivery_note_release (struct delivery_note *note)
{
    memory_cleanup_close (&note->fd);
    free (note->path);
    *note = (struct delivery_note)DELIVERY_NOTE_INIT;
}

static int read_first (const json_t *line, struct delivery_note_text *text)
{
    const char *id = json_get_string (line, "request_id");
    const char *source = json_get_string (line, "source");
    text->service = xstrdup (json_get_string (line, "service"));
    text->user = xstrdup (json_get_string (line, "user"));
    text->name = xstrdup (json_get_string (line, "name"));
    text->sink = xstrdup (json_get_string (line, "sink"));
    text->at = json_get_integer (line, "at");
    text->automatic = source && strcmp (source, token_source_name (TOKEN_AUTO)) == 0;
    if (json_get_integer (line, "format") != FORMAT || id == NULL || !token_id_is_whole (id) || text->service == NULL
        || text->user == NULL || text->name == NULL || text->sink == NULL)
        return -1;
    memcpy (text->request_id, id, TOKEN_ID_SIZE);
    return 0;
}

/* id may be NULL. */
static void add_other (struct delivery_note_text *text, const char *id)
{
    AUTOFREE char *before = text->others;
    text->others = id && token_id_is_whole (id) ? xasprintf ("%s%s ", before ? before : "", id) : xstrdup (before);
}

/* What reading a note gave. Its first line is written before anything is asked for, so a note without a whole one says
 * nothing. One that cannot be read, or is of another version of dpat, may say something. */
enum reading { READING_TEXT, READING_NOTHING, READING_FAILED };

/* A later line that is cut was never acted on. */
static enum reading read_text (const char *path, struct delivery_note_text *text)
{
    AUTO (buffer) content;
    buffer_init (&content, NOTE_MAX_BYTES);
    if (file_read (path, &content, NULL) != 0)
        return READING_FAILED;
    if (memchr (buffer_text (&content), '\n', content.len) == NULL)
        return READING_NOTHING;
    int lines = 0;
    for (const char *at = buffer_text (&content); *at; lines++) {
        size_t len = strcspn (at, "\n");
        json_auto_t *line = at[len] ? json_parse (at, len, "the note", ERROR_STATE, NULL) : NULL;
        const char *token_id = json_get_string (line, "token_id");
        if (lines == 0 && read_first (line, text) != 0)
            return READING_FAILED;
        if (token_id && token_id_is_whole (token_id))
            memcpy (text->token_id, token_id, TOKEN_ID_SIZE);
        add_other (text, json_get_string (line, "other_id"));
        at += len + (at[len] == '\n');
    }
    return lines > 0 ? READING_TEXT : READING_FAILED;
}

static int visit (const char *path,
                  int (*each) (void *context, struct delivery_note *note, const struct delivery_note_text *text),
                  void *context)
{
    AUTO (delivery_note_text) text = { .service = NULL };
    AUTO (delivery_note)
    note = { .fd = open (path, O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK), .path = xstrdup (path) };
    if (note.fd < 0 || flock (note.fd, LOCK_EX | LOCK_NB) != 0)
        return 0;
    enum reading reading = read_text (path, &text);
    if (reading == READING_TEXT)
        return each (context, &note, &text);
    if (reading == READING_NOTHING)
        delivery_note_remove (&note);
    return 0;
}

int delivery_note_walk (const char *folder,
                        int (*each) (void *context, struct delivery_note *note, const struct delivery_note_text *text),
                        void *context)
{
    AUTOFREE char *notes = notes_folder (folder);
    if (file_check_private (notes, ERROR_STATE, NULL) != 0)
        return 0;
    DIR *listing = opendir (notes);
    int status = 0;
    for (const struct dirent *entry; listing && status == 0 && (entry = readdir (listing)) != NULL;) {
        const char *end = strrchr (entry->d_name, '.');
        if (end == NULL || strcmp (end, ".note") != 0)
            continue;
        AUTOFREE char *path = xasprintf ("%s/%s", notes, entry->d_name);
        status = visit (path, each, context);
    }
    if (listing)
        closedir (listing);
    return status;
}
