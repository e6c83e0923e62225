/* The help topics: pages that are no commands, the one source of `dpat help TOPIC` and of the man pages of section
 * 7. */
#include "src/cli/help.h"

#include "src/base/error.h"

static const char overview_text[] =
    "A personal access token (PAT) stands in for the account password when a program signs in to a registry: one\n"
    "token per program, with a scope and an expiry. Its secret is shown once; you can rename, deactivate or delete it\n"
    "at any time. dpat makes and manages these tokens, for shell scripts, CI jobs and people at a terminal.\n"
    "\n"
    "dpat works on a token service, which --service, DPAT_SERVICE or the last dpat login chooses:\n"
    "\n"
    "  hub    Docker Hub, the default\n"
    "  local  the embedded service: one SQLite file on this machine, and no server\n"
    "  URL    the embedded service on another machine (dpat serve), or any service that speaks Docker Hub's API\n"
    "\n"
    "dpat help services has the table of what each of them can do. What a service cannot do is \"unsupported\"\n"
    "(exit 5).\n"
    "\n"
    "dpat login signs in, dpat create makes a token, dpat list shows all, dpat delete revokes one. To try that\n"
    "without an account at Docker Hub, begin with dpat account add NAME --service local. A private registry can\n"
    "delegate authentication to dpat serve: dpat help private-registry goes from nothing to a pushed image.\n";

static const char environment_text[] =
    "What is said on the command line comes first, then the environment, then the config file, then the\n"
    "default.\n"
    "\n"
    "  DPAT_SERVICE          the token service: hub, local or a URL\n"
    "  DPAT_USER             whose tokens\n"
    "  DPAT_STORE            the file of the embedded service's store\n"
    "  DPAT_KEY_FILE         the key file of that store\n"
    "  DPAT_CONFIG_DIR       the folder of config.json\n"
    "  DPAT_STATE_DIR        the folder of sessions\n"
    "  DPAT_PASSWORD_FILE    a file with the password (or a token): each command signs in for itself\n"
    "                        alone, and out again, and leaves no state; for CI\n"
    "  DPAT_OTP_COMMAND      a command (/bin/sh -c) that prints the code of the second factor when it is needed.\n"
    "                        A code works once: after a rejected one dpat waits for the next, 30 s at most,\n"
    "                        and runs the command once more\n"
    "  DPAT_PASSPHRASE_FILE  a file with the passphrase of the keystore\n"
    "  DPAT_TIMEOUT          how long to wait for a service over HTTP, as 30s (the default)\n"
    "  DPAT_DEFAULT_EXPIRES  the life of a new token when -e is not given, as 90d, or never\n"
    "  DPAT_NO_INPUT         when set and not 0: never ask\n"
    "  DPAT_DEBUG            when set and not 0: tell on stderr what is done\n"
    "\n"
    "Honoured as everywhere: HTTPS_PROXY, NO_PROXY, SSL_CERT_FILE (certificates to trust), NO_COLOR, CLICOLOR,\n"
    "CLICOLOR_FORCE, COLUMNS, DOCKER_CONFIG, REGISTRY_AUTH_FILE (podman's credentials), HOME, XDG_CONFIG_HOME,\n"
    "XDG_STATE_HOME, XDG_DATA_HOME and XDG_RUNTIME_DIR.\n"
    "\n"
    "Files:\n"
    "\n"
    "  $XDG_CONFIG_HOME/dpat/config.json    settings, see dpat config\n"
    "  $XDG_STATE_HOME/dpat/sessions.json   sessions (0600)\n"
    "  $XDG_STATE_HOME/dpat/keystore        the keystore, see dpat keystore (0600)\n"
    "  $XDG_DATA_HOME/dpat/service.db       the embedded service's store (0600)\n"
    "  $XDG_DATA_HOME/dpat/service.db.key   its key file (0600)\n"
    "\n"
    "Where these variables are not set they are ~/.config, ~/.local/state and ~/.local/share. Without HOME, what\n"
    "stores nothing works, as a command that signs in for itself with DPAT_PASSWORD_FILE; what needs one of these\n"
    "files says so (exit 12).\n";

static const char scopes_text[] =
    "A token carries one scope or more. Each implies those above it in this list:\n"
    "\n"
    "  repo:public_read  Public repo read     pull public repositories\n"
    "  repo:read         Read                 pull\n"
    "  repo:write        Read & Write         pull and push\n"
    "  repo:admin        Read, Write, Delete  pull, push and delete\n"
    "\n"
    "On the command line \"repo:\" may be left out. dpat create gives repo:read unless -s says otherwise.\n";

static const char secrets_text[] =
    "The secret of a token is shown once, when it is made, and can never be had again: the service keeps only\n"
    "a keyed hash of it. dpat opens the place the secret goes to before it asks the service for it; when the\n"
    "secret cannot be delivered, the token is deleted again (exit 14).\n"
    "\n"
    "Where a new secret goes:\n"
    "\n"
    "  a terminal     the secret stands alone on stdout, all words on stderr\n"
    "  -q             only the secret and a newline on stdout\n"
    "  --json         in the JSON document on stdout\n"
    "  --out FILE     into a new file (0600), or an empty one of yours; --out - is -q\n"
    "  --command CMD  on the stdin of a program (/bin/sh -c), whose words go to stderr\n"
    "  --save         into dpat's keystore, from where dpat keystore get NAME gives it\n"
    "  --docker       into Docker's credentials, for the registry of the service or --registry; with\n"
    "                 --format podman into podman's, which skopeo and buildah read as well\n"
    "\n"
    "Stdout that is no terminal, without -q or --json, is refused (exit 2), so that no log catches a secret by\n"
    "accident.\n"
    "\n"
    "Where secrets rest (dpat status tells): sessions in sessions.json in the state folder (see dpat help\n"
    "environment), readable by you alone, or in the keystore (dpat keystore init --sessions; the way back is dpat\n"
    "keystore release); what --docker and dpat login write, wherever Docker keeps its own: in the credential helper\n"
    "that Docker's config.json names, else as base64 in config.json itself, of which dpat warns. Where a machine has\n"
    "no such helper, dpat is one: its keystore is a file sealed under a passphrase (dpat keystore init --docker),\n"
    "whose key the kernel can keep for a while (dpat keystore unlock).\n"
    "\n"
    "What rests goes when it should: dpat logout takes the session and what dpat put into the credentials of Docker\n"
    "and podman; dpat delete takes what was saved or given to them of that token; when a session expired, the next\n"
    "run of dpat, or of docker-credential-dpat, takes what belongs to it. Nobody is asked for a passphrase by that:\n"
    "what is in a locked keystore goes when it is open again.\n"
    "\n"
    "podman's credentials are in the file that REGISTRY_AUTH_FILE names, else in config.json of DOCKER_CONFIG\n"
    "where that is set, else in $XDG_RUNTIME_DIR/containers/auth.json, else in /run/containers/UID/auth.json.\n"
    "The last two go with the session on the machine, or when it starts anew. Where the folder that\n"
    "XDG_RUNTIME_DIR names does not exist, dpat makes nothing and fails, as podman does. --registry may name a\n"
    "repository there (registry.example/team), and podman takes the entry with the longest name that fits. Of\n"
    "helpers podman knows those in credHelpers, which keep hosts only, and never credsStore. Those that\n"
    "registries.conf names for all registries are not looked at.\n"
    "\n"
    "The account password is never stored. The store holds keyed hashes; who takes both the store and its key\n"
    "file can forge tokens, so keep them apart where you can (--key-file).\n"
    "\n"
    "No option takes a secret, and an argument that looks like one is refused.\n";

static const char output_text[] =
    "Data goes to stdout, words go to stderr. On a terminal lists are tables.\n"
    "\n"
    "  --json       one JSON document on one line; members are only ever added. An error is a JSON object of\n"
    "               kind \"error\" on stderr, the last line there, with nothing on stdout. When some of several\n"
    "               tokens failed (exit 9) it is the result, whose items have the errors, and no error object\n"
    "  --porcelain  tab-separated lines without a heading, the same for ever. For tokens: id, name, state,\n"
    "               scopes by comma, source, expires_at, last_used_at, created_at; absent is empty. For\n"
    "               changes: id, name, outcome, error code. For accounts: name, state, tokens, active tokens,\n"
    "               created_at. For the log: at, user, action, token id, token name, by, ip, user agent, note. For\n"
    "               grants: user, namespace, right. For registry keys: id, state, signs from, signs until. For\n"
    "               status --all: service, user, password or pat, expires_at, current or empty, registries\n"
    "  -q           only ids (lists), only the secret (create), or nothing; with --json it changes nothing. Neither\n"
    "               goes with --porcelain\n"
    "\n"
    "Times are RFC 3339 in UTC with Z, except in tables on a terminal. A document of kind token_list:\n"
    "\n"
    "  {\"schema\":\"dpat/1\",\"kind\":\"token_list\",\"count\",\"active_count\",\"inactive_count\",\n"
    "   \"expired_count\",\"tokens\":[{\"id\",\"name\",\"state\",\"active\",\"scopes\":[],\"source\",\"created_at\",\n"
    "   \"expires_at\",\"last_used_at\",\"last_used_from\":{\"ip\",\"user_agent\"},\"creator\":{\"ip\",\n"
    "   \"user_agent\"}}]}\n"
    "\n"
    "The counts are of the whole account. Other kinds: token_created, result (changes), status, account_list,\n"
    "account, second_factor, grant_list, grant, public_repositories, registry_config, registry_keys, registry_check,\n"
    "log, keystore, config, session_list, saved_token,\n"
    "version, error.\n";

static const char selectors_text[] =
    "A TOKEN is a token's exact name, its id, the beginning of its id (4 characters at least, and only one\n"
    "token's), or - for one per line on standard input. A name comes before an id. A name that two tokens have\n"
    "is refused (exit 6) with both ids.\n"
    "\n"
    "list, activate, deactivate and delete also take selectors; all that are given must hold:\n"
    "\n"
    "  --state STATE     active, inactive or expired\n"
    "  --expiring SPAN   expires within that span, as 14d\n"
    "  --unused SPAN     not used for that long; never used counts from its making\n"
    "  --never-used      never used\n"
    "  --older SPAN      made that long ago or more\n"
    "  --scope SCOPE     has that scope\n"
    "  --auto, --manual  made by a sign-in, or by hand\n"
    "  --match GLOB      the name matches, as 'ci-*'\n"
    "\n"
    "A change of more tokens than --max is refused (exit 2) before anything is changed. Spans are written as\n"
    "90m, 12h, 30d, 4w, 1y.\n";

static const char services_text[] =
    "A token service makes tokens and knows who may use them. --service, DPAT_SERVICE or the setting service says\n"
    "which one is meant; signing in makes it the current one.\n"
    "\n"
    "  hub    Docker Hub, and what is meant when nothing else is said\n"
    "  local  the embedded service: a store on this machine, without a server. Who can open the store's file is\n"
    "         its operator\n"
    "  URL    the embedded service on another machine (dpat serve), or whatever speaks Docker Hub's API. https://,\n"
    "         or http:// to this machine itself\n"
    "\n"
    "What each of them can:\n"
    "\n"
    "                                        hub        local      URL of dpat serve\n"
    "  make, list, rename, delete tokens     yes        yes        yes\n"
    "  two active tokens of one name         prevented  refused    refused\n"
    "  automatic token at sign-in            yes        yes        yes\n"
    "  sign in with a second factor          yes        yes        yes\n"
    "  account 2fa enable, disable, status   no         yes        yes\n"
    "  account 2fa reset                     no         operator   no\n"
    "  account passwd of one's own           no         yes        yes\n"
    "  account add, list, disable, delete    no         operator   no\n"
    "  --operator                            no         operator   no\n"
    "  logout --all                          no         yes        yes\n"
    "  last used from where                  no         yes        yes\n"
    "  log                                   no         yes        yes\n"
    "  log --all                             no         operator   no\n"
    "  account grant, revoke, grants, public no         operator   no\n"
    "  registry config, keys, check          no         operator   no\n"
    "  why a right secret fails              no         yes        yes\n"
    "\n"
    "dpat serve has the part of Docker Hub's API that is about tokens and the account that signs in (dpat help\n"
    "http-api), and GET /v2/user/orgs, which lists no organisations. It does not have Docker Hub's repositories, tags\n"
    "and images, search, organisations with their members, teams, invitations and access tokens, audit logs of\n"
    "organisations, SCIM, webhooks, builds, pull limits and plans: such a request is answered 404.\n"
    "\n"
    "\"Prevented\": Docker Hub itself takes two tokens of one name; dpat looks first, and of two that look at once\n"
    "both may win. What a service cannot do is \"unsupported\" (exit 5).\n";

static const char api_text[] =
    "dpat serve answers the part of Docker Hub's API that is about tokens; the Hub's own documentation describes\n"
    "it. Every path is found with and without a slash at its end, and /v2/api_tokens is /v2/access-tokens.\n"
    "\n"
    "  POST   /v2/users/login                       password or token; 401 with login_2fa_token asks for a code\n"
    "  POST   /v2/users/2fa-login                   the code\n"
    "  POST   /v2/auth/token                        a bearer for 10 minutes\n"
    "  POST   /v2/logout                            any session\n"
    "  GET    /v2/user                              any session\n"
    "  GET    /v2/user/orgs                         any session; an empty page, as there are no organisations\n"
    "  GET    /v2/access-tokens                     and all below: only a session opened with the password\n"
    "  POST   /v2/access-tokens\n"
    "  POST   /v2/access-tokens/desktop-generate\n"
    "  GET, PATCH, DELETE /v2/access-tokens/{uuid}\n"
    "\n"
    "Beyond Docker Hub's:\n"
    "\n"
    "  session_life in POST /v2/users/login and 2fa-login: seconds, at most 30 days\n"
    "  \"Authorization: Bearer\" in POST /v2/users/login: a session of the account that holds and was opened with the\n"
    "  password gets a right password through while others guess it; dpat login shows the one it has\n"
    "  everywhere in POST /v2/logout: true ends every session of the account\n"
    "  unique_label in POST /v2/access-tokens: true refuses (409) the name of an active token\n"
    "  token_label, scopes, expires_at and place in desktop-generate; its answer has access_token and evicted\n"
    "  last_used_ip and last_used_ua of a token; session in GET /v2/user\n"
    "  registry_afterlife in GET /v2/user: for how many seconds registries take what was issued for a token that "
    "ended\n"
    "  GET    /v2/audit                             token, since, limit; the trail of the account\n"
    "  PUT    /v2/user/password                     old_password, new_password\n"
    "  GET    /v2/user/2fa                          enabled, recovery_code_left, locked_until\n"
    "  POST   /v2/user/2fa                          password; answers otpauth_uri\n"
    "  POST   /v2/user/2fa/confirm                  code; answers recovery_code, once\n"
    "  POST   /v2/user/2fa/disable                  password, code\n"
    "  GET    /healthz                              200 when the store can be read\n"
    "  GET    /metrics                              for Prometheus, to this machine alone\n"
    "\n"
    "The session is shown as \"Authorization: Bearer\" (or JWT), and in no other way. An error has message and\n"
    "detail, and code as in dpat help exit-codes; a bad request has fields and text as well. Every answer has\n"
    "X-RateLimit-Limit, -Remaining and -Reset; 429 and 503 have Retry-After. A head and a body have 16 KiB each\n"
    "at most, a body of JSON 64 values; requests that could be read in two ways are refused, and their connection\n"
    "closed.\n"
    "\n"
    "For clients of registries, by distribution's specification of tokens:\n"
    "\n"
    "  GET    /token, /auth/token                   service, scope (several), account; user and token as Basic\n"
    "  POST   /token, /auth/token                   a form: grant_type=password, username, password, service, scope\n"
    "\n"
    "The answer has token, the same as access_token, expires_in, issued_at, and with POST scope: what was granted of\n"
    "what was asked. Without user and token it is good for public repositories alone. With --refresh-tokens,\n"
    "offline_token=true (access_type=offline) gives a refresh_token, for grant_type=refresh_token. An error is\n"
    "{\"errors\":[{\"code\",\"message\",\"detail\"}]}, whose message docker shows.\n";

static const char private_registry_text[] =
    "A registry (Debian's docker-registry 2.8, distribution 3) can delegate authentication and authorization to\n"
    "dpat serve: docker login, skopeo, podman and containerd then work with dpat's tokens, which have scopes and an\n"
    "expiry, can be deactivated at any time, and show when and from where they were last used.\n"
    "\n"
    "From nothing to a pushed image, on one machine, in a new folder that has everything. An account, and the\n"
    "service:\n"
    "\n"
    "  $ mkdir own-registry\n"
    "  $ cd own-registry\n"
    "  $ export DPAT_SERVICE=local DPAT_STORE=$PWD/service.db\n"
    "  $ dpat account add alice\n"
    "  $ dpat serve &\n"
    "\n"
    "The public keys, and the block for the registry's configuration:\n"
    "\n"
    "  $ dpat registry config --out keys --url http://localhost:7380 >auth.yml\n"
    "  $ echo 'version: 0.1' >registry.yml\n"
    "  $ echo 'storage: {filesystem: {rootdirectory: images}, delete: {enabled: true}}' >>registry.yml\n"
    "  $ echo 'http: {addr: \"localhost:5000\"}' >>registry.yml\n"
    "  $ cat auth.yml >>registry.yml\n"
    "  $ dpat registry check --config registry.yml\n"
    "  $ docker-registry serve registry.yml &\n"
    "\n"
    "A token for this machine, which goes where podman login would put it, and skopeo looks; then an image of one\n"
    "file is made and pushed:\n"
    "\n"
    "  $ dpat login alice\n"
    "  $ dpat create laptop --scope write --docker --format podman --registry localhost:5000\n"
    "  $ tar -cf layer.tar registry.yml\n"
    "  $ skopeo copy --dest-tls-verify=false tarball:layer.tar docker://localhost:5000/alice/app:1\n"
    "\n"
    "With an engine, leave --format podman out, and docker push localhost:5000/alice/app:1 does the same.\n"
    "\n"
    "Call both localhost, not 127.0.0.1: clients such as crane and oras refuse to ask for tokens at a private,\n"
    "loopback or link-local address, or at a name for one that is not the registry's own.\n"
    "\n"
    "A few seconds later dpat log laptop tells from where it was used, and dpat show laptop when last.\n"
    "\n"
    "Debian's package comes with a configuration that has an auth block already, and a registry does not start with\n"
    "two. This takes that one out and puts ours in:\n"
    "\n"
    "  $ sed '/^auth:/,/^[^ ]/{/^auth:/d;/^ /d}' /etc/docker/registry/config.yml >debian.yml\n"
    "  $ cat auth.yml >>debian.yml\n"
    "  $ dpat registry check --config debian.yml\n"
    "\n"
    "For a team both need TLS: dpat serve --listen :8443 --tls-cert CHAIN --tls-key KEY (or a proxy in front), the\n"
    "registry its own tls block, and --url the address by which clients reach dpat serve. When an authority of your\n"
    "own signs the certificates, make it one of the system's on each machine (on Debian its .crt file in\n"
    "/usr/local/share/ca-certificates and update-ca-certificates), which docker, podman, skopeo and dpat all read.\n"
    "Where their addresses are private ones, put both behind one proxy, with one name and port: /token to dpat serve,\n"
    "/v2/ to the registry, and --url https:// with that name and port. dpat registry config and dpat registry check\n"
    "warn of what clients refuse.\n"
    "\n"
    "podman and skopeo:\n"
    "\n"
    "podman, skopeo and buildah do not read a credsStore of docker's: give them an entry of their own with\n"
    "dpat create NAME --docker --format podman --registry HOST. When podman login says no more than \"invalid\n"
    "username/password\", skopeo inspect --creds USER:TOKEN docker://HOST/REPOSITORY tells the reason.\n"
    "\n"
    "Who may what:\n"
    "\n"
    "An account may do all in the namespace of its name: alice pulls, pushes and deletes alice/app. The namespace is\n"
    "what stands before the first slash; a repository without one, as app, is a namespace by itself. The operator\n"
    "grants more with dpat account grant bob team write, and lets everybody pull with dpat account public team/app\n"
    "on. A token does the lesser of that and of its scopes: repo:public_read pulls public repositories, repo:read\n"
    "pulls, repo:write pushes, repo:admin deletes. The catalogue (docker search, podman search, GET /v2/_catalog)\n"
    "goes to tokens of scope repo:admin whose account was granted admin in '*', for a registry shows all of it or\n"
    "nothing. Asking for more than is granted is no error at dpat: the registry then refuses what is missing, and\n"
    "the log of dpat serve says what was granted.\n"
    "\n"
    "The password of an account works for docker login as well, unless it has a second factor: then it takes a\n"
    "token. Tokens are checked at once; passwords that are wrong too often are refused for a while, as in dpat login.\n"
    "\n"
    "What ending a token means:\n"
    "\n"
    "The next registry token is refused at once, and its reason told. One that was issued before is good until it\n"
    "ends, 5 minutes at most (--registry-token-life), and 60 seconds more, which registries add for clocks that\n"
    "differ. dpat deactivate and dpat delete say so. To cut it short, rotate the keys: dpat registry keys rotate\n"
    "--now.\n"
    "\n"
    "Long pushes:\n"
    "\n"
    "A registry looks at the token when a request begins, and clients get a new one for the next layer. One layer\n"
    "whose upload takes longer than the token's life may be refused at its end: raise --registry-token-life, up to\n"
    "1h, and with it the time that ended tokens live on.\n"
    "\n"
    "Keys:\n"
    "\n"
    "dpat registry keys rotate makes a new key, which signs an hour later; until then run dpat registry config again\n"
    "and restart the registry, which reads its files only when it starts. The old key stays in the files as long as\n"
    "tokens signed with it may live.\n"
    "\n"
    "When a registry refuses:\n"
    "\n"
    "  token signed by untrusted key with ID    its files have another key, or it was not restarted since they were\n"
    "                                           written: dpat registry check names the key it needs\n"
    "  token intended for another audience      its service is not that of dpat serve --registry-service\n"
    "  token from untrusted issuer              its issuer is not dpat\n"
    "  token not to be used after, or before    the clocks differ by more than a minute\n"
    "  insufficient scope                       the token or the account may not do that: dpat show, dpat account\n"
    "                                           grants\n";

static void write_exit_codes (struct buffer *out)
{
    static const char *const meanings[] = { [0] = "done",
                                            [1] = "any other error",
                                            [2] = "wrong usage; nothing was done",
                                            [3] = "no such token or account",
                                            [4] = "not signed in, or a wrong or ended secret",
                                            [5] = "signed in, but not allowed; or the service cannot",
                                            [6] = "a name is taken or ambiguous, or the state does not allow it",
                                            [7] = "network",
                                            [8] = "try later",
                                            [9] = "some of several failed",
                                            [10] = "the user said no, or there is nobody to ask",
                                            [11] = "a check found something; no error",
                                            [12] = "local: configuration, store, permission, disk, output",
                                            [13] = "the service failed",
                                            [14] = "made, but the secret could not be delivered" };
    buffer_puts (out, "Each error has an exit code for scripts and, with --json, a code of its own.\n");
    for (int status = 0; status < (int)(sizeof (meanings) / sizeof (meanings[0])); status++) {
        if (meanings[status] == NULL)
            continue;
        buffer_printf (out, "\n  %-3d %s\n", status, meanings[status]);
        for (int code = ERROR_NONE + 1; code < ERROR_CODE_COUNT; code++) {
            const struct error_kind *kind = error_kind ((enum error_code)code);
            if (kind->exit_status == status)
                buffer_printf (out, "        %-21s %s\n", kind->name, kind->sentence);
        }
    }
    buffer_puts (
        out, "\nA program ended by signal n has the code 128 + n. A reader of dpat's output that goes away ends it\n"
             "with SIGPIPE (141), as every filter.\n");
}

const struct help_topic *help_topics (void)
{
    static const struct help_topic topics[] = {
        { "environment", "variables and files", environment_text, NULL },
        { "exit-codes", "what exit codes and error codes mean", NULL, write_exit_codes },
        { "http-api", "what dpat serve answers", api_text, NULL },
        { "output", "tables, JSON and lines for scripts", output_text, NULL },
        { "overview", "what dpat is, and where to begin", overview_text, NULL },
        { "private-registry", "run your own registry with dpat", private_registry_text, NULL },
        { "scopes", "what a token may do", scopes_text, NULL },
        { "secrets", "where new secrets go and where secrets rest", secrets_text, NULL },
        { "selectors", "how to name tokens", selectors_text, NULL },
        { "services", "Docker Hub, the embedded service, services at a URL", services_text, NULL },
        { .name = NULL },
    };
    return topics;
}
