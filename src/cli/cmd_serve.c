/* dpat serve: the embedded service over HTTP. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "src/base/file.h"
#include "src/base/memory.h"
#include "src/base/text.h"
#include "src/cli/app.h"
#include "src/cli/commands.h"
#include "src/cli/output.h"
#include "src/server/server.h"
#include "src/service/keys.h"
#include "src/service/registry.h"
#include "src/token/expiry.h"

enum { DRAIN_MS = 10000, REQUESTS_PER_MINUTE = 3000 };

#define DEFAULT_LISTEN "127.0.0.1:7380"

struct serve_options {
    const char *listen;
    const char *port_file;
    const char *public_url;
    const char *tls_certificate;
    const char *tls_key;
    struct string_list proxies;
    const char *rate_limit;
    const char *connections;
    const char *connections_of_client;
    bool metrics_for_all;
    const char *registry_service;
    const char *registry_life;
    bool refresh_tokens;
};

#define SERVE(member) offsetof (struct serve_options, member)

static const struct option_spec serve_specs[] = {
    { "listen", 0, OPTION_TEXT, SERVE (listen), "HOST:PORT", "where to listen (default " DEFAULT_LISTEN ")", 0 },
    { "port-file", 0, OPTION_TEXT, SERVE (port_file), "FILE", "write the port to FILE once it is listened on",
      COMPLETE_FILE },
    { "public-url", 0, OPTION_TEXT, SERVE (public_url), "URL", "what clients call this service", 0 },
    { "tls-cert", 0, OPTION_TEXT, SERVE (tls_certificate), "FILE", "certificate chain, PEM", COMPLETE_FILE },
    { "tls-key", 0, OPTION_TEXT, SERVE (tls_key), "FILE", "its key, PEM", COMPLETE_FILE },
    { "behind-proxy", 0, OPTION_LIST, SERVE (proxies), "NETWORK",
      "believe X-Forwarded-For of proxies in this network, as 10.0.0.0/8", 0 },
    { "rate-limit", 0, OPTION_TEXT, SERVE (rate_limit), "N",
      "requests a minute from one address (default 3000, 0: any number)", 0 },
    { "connections", 0, OPTION_TEXT, SERVE (connections), "N", "open at once (default 512)", 0 },
    { "connections-per-address", 0, OPTION_TEXT, SERVE (connections_of_client), "N",
      "of one address or IPv6 /64 (default 64)", 0 },
    { "metrics-for-all", 0, OPTION_FLAG, SERVE (metrics_for_all), NULL, "show /metrics to others than this machine",
      0 },
    { "registry-service", 0, OPTION_TEXT, SERVE (registry_service), "NAME",
      "the \"service\" of the registries that trust this one (default " REGISTRY_AUDIENCE ")", 0 },
    { "registry-token-life", 0, OPTION_TEXT, SERVE (registry_life), "SPAN",
      "how long registry tokens last (default 5m, at most 1h)", 0 },
    { "refresh-tokens", 0, OPTION_FLAG, SERVE (refresh_tokens), NULL, "give docker login refresh tokens", 0 },
    { .name = NULL },
};

/* One write(2) a line, so that lines of several threads do not mix. */
static void write_line (void *context, const char *line)
{
    AUTOFREE char *text = xasprintf ("%s\n", line);
    (void)context;
    (void)file_write_all (STDERR_FILENO, text, strlen (text)); /* there is nowhere else to tell it */
}

/* A number from least up to 100 million; text NULL is otherwise. */
static int take_number (const char *text, const char *option, unsigned least, unsigned otherwise, unsigned *ret_number,
                        struct error *err)
{
    char *end;
    *ret_number = otherwise;
    if (text == NULL)
        return 0;
    unsigned long number = strtoul (text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || number < least || number > 100000000)
        return error_set (err, ERROR_USAGE, "%s takes a number from %u up, not \"%.40s\"", option, least, text);
    *ret_number = (unsigned)number;
    return 0;
}

static int check_url (const char *url, struct error *err)
{
    size_t len = url ? strlen (url) : 0;
    if (url == NULL || ((strncmp (url, "https://", 8) == 0 || strncmp (url, "http://", 7) == 0) && url[len - 1] != '/'))
        return 0;
    return error_set (err, ERROR_USAGE,
                      "--public-url takes an address as https://tokens.example, without a slash at the end");
}

/* Clients take whatever is below a minute for a minute. */
static int take_life (const char *text, unsigned *ret_life_s, struct error *err)
{
    int64_t life_s = REGISTRY_LIFE_S;
    if (text && duration_parse (text, "--registry-token-life", &life_s, err) != 0)
        return -1;
    if (life_s < 60 || life_s > REGISTRY_LIFE_MAX_S)
        return error_set (err, ERROR_INVALID_TIME, "--registry-token-life takes a time from 1m to 1h");
    *ret_life_s = (unsigned)life_s;
    return 0;
}

static int read_config (const struct serve_options *options, struct app *app, struct server_config *config,
                        struct error *err)
{
    *config = (struct server_config){ .open = app_open_for_server,
                                      .context = app,
                                      .log = write_line,
                                      .listen = options->listen ? options->listen : DEFAULT_LISTEN,
                                      .public_url = options->public_url,
                                      .tls_certificate = options->tls_certificate,
                                      .tls_key = options->tls_key,
                                      .metrics_for_all = options->metrics_for_all,
                                      .registry_audience = options->registry_service,
                                      .registry_refresh = options->refresh_tokens };
    if (check_url (options->public_url, err) != 0
        || registry_audience_check (options->registry_service ? options->registry_service : REGISTRY_AUDIENCE, err) != 0
        || take_life (options->registry_life, &config->registry_life_s, err) != 0
        || take_number (options->rate_limit, "--rate-limit", 0, REQUESTS_PER_MINUTE, &config->requests_per_minute, err)
               != 0
        || take_number (options->connections, "--connections", 1, 0, &config->connections, err) != 0
        || take_number (options->connections_of_client, "--connections-per-address", 1, 0,
                        &config->connections_of_client, err)
               != 0)
        return -1;
    for (size_t i = 0; i < options->proxies.count; i++)
        if (network_list_add (&config->proxies, options->proxies.items[i], err) != 0)
            return error_prefix (err, "--behind-proxy");
    return 0;
}

static int write_port (const char *path, unsigned port, struct error *err)
{
    AUTOFREE char *text = xasprintf ("%u\n", port);
    return path ? file_replace (path, text, strlen (text), 0644, err) : 0;
}

static void reload (struct server *server)
{
    struct error why = ERROR_INIT;
    if (server_reload (server, &why) == 0)
        output_note ("dpat: certificates were read again");
    else
        output_note ("dpat: the new certificates cannot be used, the old ones stay: %s", why.text);
}

/* Until a signal says to end. */
static void run_until_told (struct server *server, const sigset_t *signals)
{
    for (;;) {
        int signal_number = sigtimedwait (signals, NULL, &(struct timespec){ .tv_nsec = 500000000 });
        if (signal_number == SIGTERM || signal_number == SIGINT)
            return;
        if (signal_number == SIGHUP)
            reload (server);
        server_tick (server);
    }
}

/* Registry tokens need a key. A key file that cannot be given one, as where it is kept apart, ends nothing else. */
static int prepare_registry (struct app *app, const struct server_config *config, struct error *err)
{
    struct error why = ERROR_INIT;
    if (app_open_embedded (app, true, err) != 0)
        return -1;
    if (registry_prepare (app->embedded, config->registry_life_s, &why) != 0)
        output_note ("dpat: no registry can use this service: %s; %s", why.text, why.hint);
    return 0;
}

static int serve (const struct serve_options *options, struct app *app, const struct server_config *config,
                  const sigset_t *signals, struct error *err)
{
    struct server *server = NULL;
    if (prepare_registry (app, config, err) != 0 || server_start (config, &server, err) != 0)
        return -1;
    if (write_port (options->port_file, server_port (server), err) != 0) {
        (void)server_stop (server, 0, NULL);
        return -1;
    }
    output_note ("dpat: serving %s on %s (port %u)", app->settings.store, config->listen, server_port (server));
    run_until_told (server, signals);
    output_note ("dpat: ending");
    return server_stop (server, DRAIN_MS, err);
}

static int run (struct invocation *invocation, json_t **ret_result, struct error *err)
{
    const struct serve_options *options = invocation->state;
    struct app *app = invocation->app;
    struct server_config config;
    sigset_t signals, before;
    (void)ret_result;
    app->options.service = "local"; /* whichever service is used from here, it is this one that is served */
    if (app_load (app, err) != 0)
        return -1;
    /* Before there are threads: they all get this mask, so that only sigtimedwait sees these signals. */
    sigemptyset (&signals);
    sigaddset (&signals, SIGTERM);
    sigaddset (&signals, SIGINT);
    sigaddset (&signals, SIGHUP);
    sigprocmask (SIG_BLOCK, &signals, &before);
    int status = read_config (options, app, &config, err);
    if (status == 0)
        status = serve (options, app, &config, &signals, err);
    network_list_release (&config.proxies);
    sigprocmask (SIG_SETMASK, &before, NULL);
    return status;
}

const struct command cmd_serve = {
    .name = "serve",
    .summary = "serve the embedded token service over HTTP",
    .synopsis = "[--listen HOST:PORT] [--tls-cert FILE --tls-key FILE] [OPTIONS]",
    .description =
        "Serve the embedded service (the store of --store, made when it is absent) in the way of Docker Hub's API, so\n"
        "that dpat on other machines and other clients of that API can use it: dpat --service URL. Accounts are made\n"
        "beside it with dpat account add on the same store.\n"
        "\n"
        "Plain HTTP is for this machine alone, or for a proxy in front that speaks TLS and is named with\n"
        "--behind-proxy; anything else needs --tls-cert and --tls-key (TLS 1.2 or 1.3).\n"
        "\n"
        "The unit for systemd, dpat.service, runs it as the user dpat on the store /var/lib/dpat/service.db. The user\n"
        "is made by systemd-sysusers, once after make install. Its options are in /etc/default/dpat, in one line:\n"
        "DPAT_SERVE_OPTIONS=\"--listen :443 --tls-cert FILE --tls-key FILE\". Root manages its accounts with dpat\n"
        "account add NAME --service local --store /var/lib/dpat/service.db: in the folder of another user, root works\n"
        "with the file rights of that user.\n"
        "\n"
        "Registries that trust this service send their clients to /token, where user and token (or a password without "
        "a\n"
        "second factor) give a registry token; see dpat help private-registry. Refresh tokens make docker login keep "
        "one\n"
        "in place of the token, and POST; podman and skopeo refuse to sign in where there is one.\n"
        "\n"
        "SIGTERM and SIGINT let running requests end and exit 0. SIGHUP reads the certificate and key again; ones "
        "that\n"
        "cannot be used leave the old ones in place. Each request is a line of JSON on stderr, without secrets; that "
        "of\n"
        "/token has what was granted. Who sends a wrong password for an account five times waits a minute for each\n"
        "further try, and an address that does it for many accounts waits too: 429, with Retry-After. Wrong\n"
        "tokens are counted apart. While an account is attacked from many addresses, new ones have to wait; those\n"
        "from which its owner signed in before do not, nor does dpat login where a session of it is kept.\n"
        "/healthz tells whether the store can be read, and /metrics, for this machine alone, what was done, for\n"
        "Prometheus. What is answered as made, changed or deleted rests on disk before; when a token was last used is\n"
        "written every few seconds.",
    .examples = (const struct command_example[]){ { "dpat serve", "for this machine" },
                                                  { "dpat serve --listen :443 --tls-cert chain.pem --tls-key key.pem",
                                                    "for a team" },
                                                  { .line = NULL } },
    .topics = (const char *const[]){ "private-registry", "http-api", "services", "environment", "secrets", NULL },
    .groups = (const struct option_group[]){ { serve_specs, 0 }, { .specs = NULL } },
    .state_size = sizeof (struct serve_options),
    .max_arguments = 0,
    .run = run,
    .view = view_nothing,
};
