/* Words that people bring from docker, gh and Docker's settings page, and what leads on from each. */
#include "src/cli/strangers.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define NEW_EXPIRY                                                                                                     \
    "the expiry of a token cannot be changed: make a new one with dpat create, then remove the old one with dpat "     \
    "delete; dpat rename changes a name"

static const struct stranger rows[] = {
    { STRANGER_COMMAND, "", "renew extend edit update refresh regenerate reissue rotate reset", NEW_EXPIRY },
    { STRANGER_COMMAND, "", "add new make generate gen issue",
      "dpat create NAME makes a token; dpat account add NAME makes an account of the embedded service" },
    { STRANGER_COMMAND, "", "remove del destroy drop erase unset", "dpat delete TOKEN revokes a token for good" },
    { STRANGER_COMMAND, "", "enable resume unpause undisable",
      "dpat activate TOKEN makes an inactive token work again" },
    { STRANGER_COMMAND, "", "disable suspend pause stop block",
      "dpat deactivate TOKEN switches a token off until dpat activate; dpat delete revokes it for good" },
    { STRANGER_COMMAND, "", "get view describe info details cat", "dpat show TOKEN tells everything about a token" },
    { STRANGER_COMMAND, "", "ps all search find",
      "dpat list shows all tokens; dpat list --match 'ci-*' selects by name" },
    { STRANGER_FILLER, "", "token tokens pat pats access-token access-tokens personal-access-token key keys",
      "every command is about tokens, so leave that word out: dpat list, dpat create NAME, dpat delete TOKEN" },
    { STRANGER_FILLER, "", "auth session sessions", "leave that word out: dpat login USER, dpat status, dpat logout" },
    { STRANGER_COMMAND, "", "signin sign-in logon authenticate", "dpat login USER signs in" },
    { STRANGER_COMMAND, "", "signout sign-out logoff", "dpat logout signs out" },
    { STRANGER_COMMAND, "", "who id me", "dpat whoami shows who is signed in" },
    { STRANGER_COMMAND, "", "label name mv move", "dpat rename TOKEN NEW_NAME changes the name of a token" },
    { STRANGER_COMMAND, "", "user users accounts register signup",
      "dpat account add NAME makes an account of the embedded service; dpat account list shows them" },
    { STRANGER_COMMAND, "", "passwd password", "dpat account passwd NAME changes the password of an account" },
    { STRANGER_COMMAND, "", "2fa mfa otp totp two-factor",
      "dpat account 2fa enable turns on two-factor authentication; see dpat account 2fa --help" },
    { STRANGER_COMMAND, "", "grant grants public", "dpat account grant USER NAMESPACE RIGHT; see dpat account --help" },
    { STRANGER_COMMAND, "", "audit history activity events logs", "dpat log shows what was done" },
    { STRANGER_COMMAND, "", "server daemon start", "dpat serve serves the embedded service over HTTP" },
    { STRANGER_COMMAND, "", "init setup install",
      "dpat account add NAME --service local begins with the embedded service; dpat login USER signs in to Docker "
      "Hub" },
    { STRANGER_COMMAND, "", "secret secrets save store vault",
      "dpat create NAME --save keeps a secret in the keystore; see dpat keystore --help" },
    { STRANGER_COMMAND, "", "unlock lock", "dpat keystore unlock opens the keystore, dpat keystore lock closes it" },
    { STRANGER_COMMAND, "", "settings setting set", "dpat config set NAME VALUE changes a setting of dpat" },
    { STRANGER_COMMAND, "", "scope permissions permission", "dpat help scopes tells what a token may do" },
    { STRANGER_COMMAND, "", "service services", "dpat help services tells of them; --service chooses one" },
    { STRANGER_COMMAND, "", "man manual docs topics", "dpat help lists commands and topics" },

    { STRANGER_COMMAND, "account", "create new register make", "dpat account add NAME makes an account" },
    { STRANGER_COMMAND, "account", "remove del destroy", "dpat account delete NAME removes an account" },
    { STRANGER_COMMAND, "account", "password reset set-password", "dpat account passwd NAME sets a password" },
    { STRANGER_COMMAND, "account", "mfa otp totp two-factor", "dpat account 2fa enable, disable, status or reset" },
    { STRANGER_COMMAND, "account", "deactivate suspend block lock", "dpat account disable NAME" },
    { STRANGER_COMMAND, "account", "activate resume unblock unlock", "dpat account enable NAME" },
    { STRANGER_COMMAND, "account", "show info get view status", "dpat account list shows all accounts" },
    { STRANGER_COMMAND, "account", "rights permissions", "dpat account grants lists what was granted" },
    { STRANGER_COMMAND, "keystore", "create new make setup", "dpat keystore init makes the keystore" },
    { STRANGER_COMMAND, "keystore", "open", "dpat keystore unlock" },
    { STRANGER_COMMAND, "keystore", "close", "dpat keystore lock" },
    { STRANGER_COMMAND, "keystore", "passwd password rekey", "dpat keystore passphrase changes the passphrase" },
    { STRANGER_COMMAND, "keystore", "show read print view list ls", "dpat keystore get NAME prints a saved token" },
    { STRANGER_COMMAND, "keystore", "set save add put", "dpat create NAME --save keeps a new token there" },
    { STRANGER_COMMAND, "config", "show view read print", "dpat config get NAME, or dpat config list" },
    { STRANGER_COMMAND, "config", "add edit update write", "dpat config set NAME VALUE" },
    { STRANGER_COMMAND, "config", "remove rm del delete", "dpat config unset NAME" },
    { STRANGER_COMMAND, "registry", "setup init new auth", "dpat registry config writes what a registry needs" },
    { STRANGER_COMMAND, "registry", "test verify doctor lint", "dpat registry check says what is wrong" },
    { STRANGER_COMMAND, "registry", "rotate key", "dpat registry keys rotate makes a new key" },
    { STRANGER_COMMAND, "registry", "login", "dpat login USER --registry HOST signs the Docker CLI in" },

    { STRANGER_OPTION, "create", "--name --label --title --note -d",
      "the name is an argument: dpat create NAME; --description is the same" },
    { STRANGER_OPTION, "rename", "--name --label --title --note --new-name",
      "the new name is an argument: dpat rename TOKEN NEW_NAME; --description is the same" },
    { STRANGER_OPTION, "create",
      "--expiration --expiry --expire --expires-in --expires-at --expire-in --expiration-date --ttl --lifetime --life "
      "--valid-for --validity --duration --days --until --for",
      "--expires WHEN says when the token ends, as 30d, 2027-01-31 or never" },
    { STRANGER_OPTION, "create",
      "--scopes --permission --permissions --perm --access --access-level --right --rights --role --read --write "
      "--read-only --admin",
      "--scope SCOPE says what the token may do: public_read, read, write or admin; repeat it for several" },
    { STRANGER_OPTION, "create", "--file --output --output-file -O --path", "--out FILE writes the secret to a file" },
    { STRANGER_OPTION, "create", "--exec --pipe-to --pipe --run -c",
      "--command CMD gives the secret to a program on its standard input" },
    { STRANGER_OPTION, "create", "--keystore --store-secret --keep", "--save keeps the secret in dpat's keystore" },
    { STRANGER_OPTION, "create", "--podman --skopeo --buildah",
      "--docker --format podman writes podman's credentials, which skopeo and buildah read as well" },
    { STRANGER_OPTION, "create", "--force -f --replace --overwrite",
      "--allow-duplicate makes a second token of that name; --if-absent makes none when there is one" },
    { STRANGER_OPTION, "login", "--username --account --login -U", "the user is an argument: dpat login USER" },
    { STRANGER_OPTION, NULL, "--username --account --owner -U", "--user USER says whose tokens are meant" },
    { STRANGER_OPTION, NULL,
      "-p -P --password --pass --passwd --pw --token --with-token --pat --secret --password-file",
      "a secret never stands on the command line, where other processes see it: dpat login asks for it, or reads it "
      "with --password-stdin; DPAT_PASSWORD_FILE names a file. Treat one that stood there as leaked" },
    { STRANGER_OPTION, NULL, "--otp --code --totp --2fa --mfa",
      "dpat login asks for the code, or reads it with --otp-stdin; DPAT_OTP_COMMAND names a program that prints it" },
    { STRANGER_OPTION, "login", "--server --host --hostname --address -s",
      "--registry HOST names a registry to sign in to, --service URL a token service" },
    { STRANGER_OPTION, "login", "--expires -e --life --ttl --duration --expiration",
      "--for SPAN says how long the session lasts, as 7d" },
    { STRANGER_OPTION, "login", "--podman", "--format podman signs podman in instead of the Docker CLI" },
    { STRANGER_OPTION, NULL, "--server --host --hostname --url --endpoint --api -H --context --profile",
      "--service SERVICE chooses the token service: hub, local or a URL" },
    { STRANGER_OPTION, "list,show", "--format --output -o --template --jq --no-trunc",
      "--json prints JSON, --porcelain lines for scripts" },
    { STRANGER_OPTION, "list,delete,activate,deactivate", "--filter --query --search --name --label",
      "--match GLOB selects by name, as 'ci-*'; dpat help selectors has the others" },
    { STRANGER_OPTION, "list,delete,activate,deactivate", "--active --inactive --expired --disabled --enabled",
      "--state STATE selects by state: active, inactive or expired" },
    { STRANGER_OPTION, "list,delete,activate,deactivate", "--expires --expiration --expires-in --expires-before",
      "--expiring SPAN selects what expires within that span, as 14d" },
    { STRANGER_OPTION, "list", "--all -a", "dpat list shows all tokens; --state selects by state" },
    { STRANGER_OPTION, "delete,activate,deactivate", "--all -a",
      "say which by a selector, as --match '*'; --max sets how many there may be" },
    { STRANGER_OPTION, "activate,deactivate", "--force -f", "-y says yes beforehand" },
    { STRANGER_OPTION, "delete", "-i --ignore --ignore-missing", "--if-exists succeeds where there is no such token" },
    { STRANGER_OPTION, "rename,activate,deactivate", "--expires --expiration --expires-in -e", NEW_EXPIRY },
    { STRANGER_OPTION, "rename", "--scope --scopes --permission --permissions -s",
      "the scopes of a token cannot be changed: make a new one with dpat create --scope SCOPE" },
    { STRANGER_OPTION, "activate,deactivate,delete,show,rename", "--id --token-id --uuid",
      "a TOKEN is its name or its id" },
    { STRANGER_OPTION, "log", "--tail --lines --last -f --follow -n", "--limit N shows the last N lines" },
    { STRANGER_OPTION, "serve", "--port --bind --addr --address -p", "--listen HOST:PORT says where to listen" },
    { STRANGER_OPTION, "serve", "--cert --certificate --tls --key", "--tls-cert FILE --tls-key FILE serve TLS" },
    { STRANGER_OPTION, NULL, "--format --output -o", "--json prints JSON" },
    { STRANGER_OPTION, "", "-v -V", "dpat version prints the version; --debug tells on stderr what is done" },
    { STRANGER_OPTION, NULL, "--verbose --trace --log-level -v -D", "--debug tells on stderr what is done" },
    { STRANGER_OPTION, NULL, "-V", "dpat version prints the version" },
    { STRANGER_OPTION, NULL, "--no-color --no-colour --colour", "--color never prints without colour" },
    { STRANGER_OPTION, NULL, "--non-interactive --no-prompt --batch --no-interactive", "--no-input never asks" },
    { STRANGER_OPTION, NULL, "--db --database --data-dir", "--store FILE names the store of the embedded service" },
    { STRANGER_OPTION, NULL, "--config --config-dir",
      "DPAT_CONFIG_DIR names dpat's own folder of settings, DOCKER_CONFIG Docker's" },
    { STRANGER_OPTION, NULL, "-? --usage", "--help shows how to write it" },

    { STRANGER_ARGUMENT, "login", NULL,
      "dpat login takes one USER; a registry is named so: dpat login USER --registry HOST" },
    { STRANGER_ARGUMENT, "logout", NULL,
      "dpat logout signs out of the service and of every registry that it signed in to; --user names another user" },
    { STRANGER_ARGUMENT, "status", NULL, "--user and --service say of whom; --all lists everybody who is signed in" },
    { STRANGER_ARGUMENT, "list", NULL, "dpat show TOKEN shows one token; dpat list --match 'ci-*' selects by name" },
    { STRANGER_ARGUMENT, "create,rename", NULL, "a name with blanks needs quotes: 'my laptop'" },
    { .hint = NULL },
};

/* Whether one of the parts of list, separated by separator, is word. */
static bool has_part (const char *list, char separator, const char *word)
{
    size_t len = strlen (word);
    while (*list) {
        const char *end = strchr (list, separator);
        size_t part = end ? (size_t)(end - list) : strlen (list);
        if (part == len && strncmp (list, word, len) == 0)
            return true;
        list += part + (end != NULL);
    }
    return false;
}

static bool is_of (const struct stranger *row, const char *path)
{
    return row->where == NULL || strcmp (row->where, path) == 0 || has_part (row->where, ',', path);
}

const struct stranger *strangers_find (enum stranger_kind kind, const char *path, const char *word)
{
    for (const struct stranger *row = rows; row->hint; row++) {
        if (row->kind != kind || !is_of (row, path))
            continue;
        if (row->words == NULL || (word && has_part (row->words, ' ', word)))
            return row;
    }
    return NULL;
}

const struct stranger *strangers_all (void)
{
    return rows;
}
