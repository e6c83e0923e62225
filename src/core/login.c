/* Signing in and out: the kept session, and the Docker CLI signed in with a token of its own. */
#include "src/core/login.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "src/base/clock.h"
#include "src/base/crypto.h"
#include "src/base/memory.h"
#include "src/base/text.h"
#include "src/core/creation.h"
#include "src/core/sink.h"
#include "src/credentials/bearers.h"
#include "src/token/token_secret.h"

void login_result_release (struct login_result *result)
{
    token_release (&result->evicted);
}

/* Keep the session, or end it again when it cannot be kept. */
static int keep_session (const struct login_place *place, const struct session *session, const struct caller *inside,
                         struct login_result *result, struct error *err)
{
    AUTOPTR (session_file) file = NULL;
    AUTO (kept_session)
    kept = { .service = xstrdup (place->service_name),
             .user = xstrdup (session->user),
             .expires_at = session->expires_us / 1000000 };
    secret_set (&kept.bearer, session->bearer.data, session->bearer.len);
    if (session_file_edit (place->state_folder, &file, err) == 0
        && bearers_keep (file, place->keystore, &kept, err) == 0) {
        result->in_keystore = session_file_wants_keystore (file);
        return 0;
    }
    (void)service_sign_out (place->service, inside, false, NULL);
    return error_prefix (err, "the session could not be kept");
}

/* A name for where this sign-in is made that tells the service nothing else: the same installation, registry, file of
 * credentials and format always give the same one. */
static int make_place (const struct login_place *place, const struct login_docker *docker,
                       char ret_place[2 * CRYPTO_MAC_SIZE + 1], struct error *err)
{
    AUTOPTR (session_file) file = NULL;
    if (session_file_open (place->state_folder, &file, err) != 0)
        return -1;
    const char *install_id = session_file_install_id (file);
    AUTOFREE char *where = xasprintf ("%s\n%s\n%s", docker->registry, docker_config_path (docker->config),
                                      docker_config_rules (docker->config)->name);
    unsigned char mac[CRYPTO_MAC_SIZE];
    if (crypto_hmac (install_id, strlen (install_id), where, strlen (where), mac, err) != 0)
        return -1;
    crypto_hex (ret_place, mac, sizeof (mac));
    return 0;
}

static char *auto_token_name (const struct docker_rules *rules, const char *registry)
{
    char host[41] = "this host";
    if (gethostname (host, sizeof (host)) == 0)
        host[sizeof (host) - 1] = '\0';
    text_clean_in_place (host);
    return xasprintf ("%s on %.40s for %.40s", rules->name, host,
                      strcmp (registry, rules->hub_key) == 0 ? "Docker Hub" : registry);
}

static int sign_docker_in (const struct login_place *place, const struct caller *inside,
                           const struct login_docker *docker, struct login_result *result, struct error *err)
{
    char where[2 * CRYPTO_MAC_SIZE + 1];
    if (make_place (place, docker, where, err) != 0)
        return -1;
    AUTOFREE char *name = auto_token_name (docker_config_rules (docker->config), docker->registry);
    struct docker_entry entry = { .config = docker->config,
                                  .registry = docker->registry,
                                  .state_folder = place->state_folder,
                                  .service = place->service_name,
                                  .user = result->user };
    struct token_wish wish = { .name = name,
                               .scopes = { .list = { SCOPE_ADMIN }, .count = 1 },
                               .source = TOKEN_AUTO,
                               .allow_duplicate = true,
                               .place = where };
    AUTO (creation) creation = { .token = { .name = NULL } };
    AUTOPTR (sink) sink = sink_docker_open (&entry, err);
    const struct delivery_place where_made = { .service = place->service,
                                               .caller = inside,
                                               .service_name = place->service_name,
                                               .user = result->user,
                                               .state_folder = place->state_folder };
    if (sink == NULL || creation_run (&where_made, &wish, sink, &creation, err) != 0)
        return -1;
    result->docker_signed_in = true;
    token_copy (&result->evicted, &creation.evicted);
    return 0;
}

static int login_with_pat (const struct login_place *place, const struct session *session, const struct secret *pat,
                           const struct login_docker *docker, struct login_result *result, struct error *err)
{
    if (docker->config == NULL) {
        error_set (err, ERROR_USAGE, "a personal access token signs the Docker CLI in, and no registry was named");
        return error_hint (err, "name it: dpat login --registry HOST; to manage tokens, sign in with the password");
    }
    struct docker_entry entry = { .config = docker->config,
                                  .registry = docker->registry,
                                  .state_folder = place->state_folder,
                                  .service = place->service_name,
                                  .user = session->user };
    struct docker_entry_note note = { .token_id = session->token_id[0] ? session->token_id : NULL };
    if (docker_entry_put (&entry, pat, &note, err) != 0)
        return -1;
    result->docker_signed_in = true;
    return 0;
}

/* One sign-in from its beginning, with the code given or else one of codes. *ret_rejected tells whether the service
 * rejected nothing but the code. */
static int sign_in_once (struct service *service, const struct caller *caller, const struct sign_in *sign_in,
                         const struct code_source *codes, const struct secret *given, struct session *ret_session,
                         bool *ret_rejected, struct error *err)
{
    AUTO (session) half = { .bearer = SECRET_INIT };
    AUTO (secret) code = SECRET_INIT;
    struct error why = ERROR_INIT;
    struct sign_in first = *sign_in;
    first.code = NULL;
    first.pending = NULL;
    if (service_sign_in (service, caller, &first, &half, &why) == 0) {
        *ret_session = half;
        half = (struct session){ .bearer = SECRET_INIT }; /* handed over */
        return 0;
    }
    if (why.code != ERROR_CODE_NEEDED) {
        if (err)
            *err = why;
        return -1;
    }
    if (given == NULL && codes->get (codes->context, sign_in->user, &code, err) != 0)
        return -1;
    struct sign_in second = *sign_in;
    second.code = given ? given : &code;
    second.pending = &half.bearer;
    if (service_sign_in (service, caller, &second, ret_session, &why) == 0)
        return 0;
    *ret_rejected = why.code == ERROR_WRONG_CREDENTIALS;
    if (*ret_rejected)
        error_hint (&why, "the password was right; give the code that the device shows next, and compare its clock");
    if (err)
        *err = why;
    return -1;
}

int login_sign_in (struct service *service, const struct caller *caller, const struct sign_in *sign_in,
                   const struct code_source *codes, struct session *ret_session, struct error *err)
{
    AUTO (secret) next = SECRET_INIT;
    struct error none = ERROR_INIT; /* no other code: then the service's own error stands */
    bool rejected = false;
    int status = sign_in_once (service, caller, sign_in, codes, NULL, ret_session, &rejected, err);
    if (status == 0 || !rejected || codes->get_next == NULL
        || codes->get_next (codes->context, sign_in->user, &next, &none) != 0)
        return status;
    return sign_in_once (service, caller, sign_in, codes, &next, ret_session, &rejected, err);
}

/* A place that cannot be opened is told before the service is asked. A token keeps no session. */
static int check_place (const struct login_place *place, const struct sign_in *sign_in, struct error *err)
{
    AUTOPTR (session_file) file = NULL;
    if (token_secret_is_pat (secret_text (sign_in->secret)))
        return 0;
    return session_file_check (place->state_folder, err) == 0
                   && session_file_open (place->state_folder, &file, err) == 0
               ? bearers_check (file, place->keystore, sign_in->user, err)
               : -1;
}

/* The bearer of the session that this user has here already; empty when there is none that can be shown. */
static void find_earlier_session (const struct login_place *place, const struct sign_in *sign_in,
                                  struct secret *ret_bearer)
{
    AUTOPTR (session_file) file = NULL;
    AUTO (kept_session) kept = { .service = NULL };
    struct error ignored = ERROR_INIT;
    bool found = false;
    if (sign_in->user == NULL || token_secret_is_pat (secret_text (sign_in->secret))
        || session_file_open (place->state_folder, &file, &ignored) != 0)
        return;
    session_file_get (file, place->service_name, sign_in->user, &kept, &found);
    if (found && kept.expires_at > clock_now_us () / 1000000 && bearers_read (place->keystore, &kept, &ignored) == 0)
        secret_move (ret_bearer, &kept.bearer);
}

int login_run (const struct login_place *place, const struct sign_in *sign_in, const struct code_source *codes,
               const struct login_docker *docker, struct login_result *ret_result, struct error *err)
{
    AUTO (session) session = { .bearer = SECRET_INIT };
    AUTO (secret) earlier = SECRET_INIT;
    struct caller inside = *place->caller;
    if (check_place (place, sign_in, err) != 0)
        return -1;
    find_earlier_session (place, sign_in, &earlier);
    inside.bearer = &earlier;
    if (login_sign_in (place->service, &inside, sign_in, codes, &session, err) != 0)
        return -1;
    inside.bearer = &session.bearer;
    ret_result->kind = session.kind;
    snprintf (ret_result->user, sizeof (ret_result->user), "%s", session.user);
    if (session.kind == SIGNED_IN_WITH_PAT) {
        /* the check is all that was wanted of this session */
        (void)service_sign_out (place->service, &inside, false, NULL);
        return login_with_pat (place, &session, sign_in->secret, docker, ret_result, err);
    }
    if (keep_session (place, &session, &inside, ret_result, err) != 0)
        return -1;
    ret_result->expires_at = session.expires_us / 1000000;
    if (docker->config == NULL)
        return 0;
    return sign_docker_in (place, &inside, docker, ret_result, err);
}

/* End the session at the service; one that has ended already is fine. */
static int tell_service (const struct login_place *place, const struct secret *bearer, bool everywhere,
                         struct error *err)
{
    struct caller inside = *place->caller;
    inside.bearer = bearer;
    struct error why = ERROR_INIT;
    if (service_sign_out (place->service, &inside, everywhere, &why) == 0 || why.code == ERROR_SESSION_EXPIRED
        || why.code == ERROR_NOT_SIGNED_IN)
        return 0;
    if (err)
        *err = why;
    if (everywhere && why.code == ERROR_UNSUPPORTED)
        return -1;
    return error_prefix (err, "signed out here, but the service could not be told");
}

/* Delete the automatic tokens that this user's Docker entries hold. The embedded service does that itself when the
 * session ends; Docker Hub leaves it to us. One that is gone already is fine. */
static int delete_automatic (const struct login_place *place, const char *user, const struct secret *bearer,
                             struct error *err)
{
    AUTOPTR (session_file) file = NULL;
    AUTO (docker_record_list) records = { .items = NULL };
    struct caller inside = *place->caller;
    inside.bearer = bearer;
    if (session_file_open (place->state_folder, &file, err) != 0)
        return -1;
    session_file_list_docker (file, &records);
    for (size_t i = 0; i < records.count; i++) {
        const struct docker_record *record = &records.items[i];
        struct error why = ERROR_INIT;
        if (!record->automatic || record->token_id == NULL || strcmp (record->service, place->service_name) != 0
            || strcmp (record->user, user) != 0 || service_delete (place->service, &inside, record->token_id, &why) == 0
            || why.code == ERROR_TOKEN_NOT_FOUND || why.code == ERROR_SESSION_EXPIRED
            || why.code == ERROR_NOT_SIGNED_IN)
            continue;
        if (err)
            *err = why;
        return error_prefix (err, "the automatic token %s could not be deleted", record->token_id);
    }
    return 0;
}

static int forget_session (const struct login_place *place, const char *user, struct error *err)
{
    AUTOPTR (session_file) file = NULL;
    if (session_file_edit (place->state_folder, &file, err) != 0)
        return -1;
    return bearers_forget (file, place->keystore, place->service_name, user, err);
}

static int cannot_end_all (const char *user, struct error *err)
{
    error_set (err, ERROR_NOT_SIGNED_IN, "only a live session can end the others, and %s has none here", user);
    return error_hint (err, "sign in first: dpat login %s", user);
}

/* The session to end, with its bearer when it is live. Where that is lost with its keystore the session is forgotten at
 * once, and *ret_lost tells why the service cannot be told. */
static int find_session (const struct login_place *place, const char *user, bool everywhere,
                         struct kept_session *ret_kept, bool *ret_found, struct error *ret_lost, struct error *err)
{
    AUTOPTR (session_file) file = NULL;
    if (session_file_open (place->state_folder, &file, err) != 0)
        return -1;
    session_file_get (file, place->service_name, user, ret_kept, ret_found);
    if (!*ret_found || ret_kept->expires_at <= clock_now_us () / 1000000)
        return everywhere ? cannot_end_all (user, err) : 0;
    struct error why = ERROR_INIT;
    if (bearers_read (place->keystore, ret_kept, &why) == 0)
        return 0;
    bool is_lost = why.code == ERROR_NOT_SIGNED_IN || why.code == ERROR_KEYSTORE;
    if (err)
        *err = why;
    if (everywhere || !is_lost || forget_session (place, user, err) != 0)
        return -1;
    *ret_lost = why;
    error_prefix (ret_lost, "signed out here, but the service could not be told");
    error_hint (ret_lost, "the session ends there by itself; dpat logout --all in another one ends it at once");
    return 0;
}

/* Take away what dpat stored for this user. Failing that is told in full, whatever went wrong before (status). */
static int withdraw_entries (const struct login_place *place, const char *user, size_t *ret_erased, int status,
                             struct error *err)
{
    struct error why = ERROR_INIT;
    if (docker_entry_withdraw (place->state_folder, place->service_name, user, ret_erased, &why) == 0)
        return status;
    if (err && status != 0) {
        for (size_t i = 0; i < why.detail_count; i++)
            error_detail (err, why.details[i].key, why.details[i].kind, why.details[i].text);
        return -1;
    }
    if (err)
        *err = why;
    error_prefix (err, "%s is signed out, but not all is gone", user);
    return error_hint (err, "make it accessible (dpat's own: dpat keystore unlock), then: dpat logout");
}

int logout_run (const struct login_place *place, const char *user, bool everywhere, bool *ret_was, struct error *err)
{
    AUTO (kept_session) kept = { .service = NULL };
    bool found;
    struct error why = ERROR_INIT;
    if (find_session (place, user, everywhere, &kept, &found, &why, err) != 0)
        return -1;
    int status = why.code == ERROR_NONE ? 0 : -1;
    bool live = kept.bearer.data && kept.expires_at > clock_now_us () / 1000000;
    if (live && place->service && !everywhere && delete_automatic (place, user, &kept.bearer, &why) != 0)
        status = -1;
    if (live && place->service && tell_service (place, &kept.bearer, everywhere, status == 0 ? &why : NULL) != 0)
        status = -1;
    if (err && status != 0)
        *err = why;
    if (everywhere && why.code == ERROR_UNSUPPORTED) /* then nothing at all is done */
        return -1;
    size_t erased = 0;
    if (found && forget_session (place, user, status == 0 ? err : NULL) != 0)
        status = -1;
    status = withdraw_entries (place, user, &erased, status, err);
    *ret_was = found || erased > 0;
    return status;
}
