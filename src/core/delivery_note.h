/* Notes of deliveries under way, in the state folder, for services that do not remember requests (Docker Hub).
 *
 * One file per request, `deliveries/REQUEST-ID.note` (0600), a JSON object on each line: the first is durable before
 * the service is asked, {"format":1,"request_id","service","user","name","source","sink","at"}; the next, before the
 * secret goes anywhere, {"token_id","step":"begun"}; later ones are of other runs, {"other_id"}: a token that could be
 * meant and is not. Who makes the token holds a lock on its note: a note whose lock
 * can be taken is of a process that ended. Where the delivery is known to be done, or the token to be gone, the note is
 * removed. */
#ifndef DPAT_CORE_DELIVERY_NOTE_H
#define DPAT_CORE_DELIVERY_NOTE_H

#include <stdbool.h>
#include <stdint.h>

#include "src/base/error.h"
#include "src/token/delivery.h"

/* A note that this process holds. */
struct delivery_note {
    int fd;     /* -1: none */
    char *path; /* owned */
};

#define DELIVERY_NOTE_INIT                                                                                             \
    {                                                                                                                  \
        .fd = -1                                                                                                       \
    }

/* What a note tells. Release with delivery_note_text_release. */
struct delivery_note_text {
    char *service; /* owned, as all strings here */
    char *user;
    char *name;
    char *sink;
    bool automatic;
    char request_id[TOKEN_ID_SIZE];
    char token_id[TOKEN_ID_SIZE]; /* "": the service was asked, and it is not known what it answered */
    char *others;                 /* ids of tokens that are not meant, each followed by a blank */
    int64_t at;                   /* seconds UTC */
};

/* Free what it owns. */
void delivery_note_text_release (struct delivery_note_text *text);

/* Write a new note below folder, durably, and hold it. ERROR_STATE when that cannot be. *ret_note is owned:
 * delivery_note_release. */
int delivery_note_new (const char *folder, const struct delivery_note_text *text, struct delivery_note *ret_note,
                       struct error *err);

/* Note, durably, which token was made and that its delivery begins. It needs no memory. */
int delivery_note_begin (const struct delivery_note *note, const char *token_id, struct error *err);

/* Note that another token, which could be meant, is not. */
void delivery_note_exclude (const struct delivery_note *note, const char *token_id);

/* Remove the note: nothing is left to be done. Of none, nothing happens. */
void delivery_note_remove (struct delivery_note *note);

/* Let go of the note, which stays. */
void delivery_note_release (struct delivery_note *note);

/* Call each for every note below folder whose maker has ended; it may remove the note. Notes that say nothing, for
 * their makers ended before they asked for anything, are removed; those that cannot be read, or are of another version
 * of dpat, are left alone. A non-zero return of each ends the walk and is returned. */
int delivery_note_walk (const char *folder,
                        int (*each) (void *context, struct delivery_note *note, const struct delivery_note_text *text),
                        void *context);

#endif
