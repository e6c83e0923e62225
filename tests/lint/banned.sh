#!/bin/sh
# Calls that lose errors, bounds or secrets, and words that do not belong here.
. "$TOP_SRCDIR/tests/lint/lib.sh"

sources() { find src tests -name '*.[ch]' | sort; }

# banned NAME PATTERN [FILES TO LEAVE OUT]
banned() {
    # comments are not code
    sources | grep -vE "${3-^$}" | xargs grep -nE "(^|[^A-Za-z0-9_])($2)[[:space:]]*\(" | grep -vE ':[0-9]+:[[:space:]]*(/?\*|//)' >"$wrong"
    promise "$1" "$wrong"
}

banned 'no calls without bounds' 'strcpy|strcat|strncat|strncpy|sprintf|vsprintf|gets|scanf|sscanf|fscanf|alloca' '^src/service/password\.c$'
banned 'no numbers read without a check' 'atoi|atol|atoll|atof'
banned 'no shell, no racy names' 'system|popen|tmpnam|tempnam|mktemp|strtok|setenv|putenv' '^tests/'
banned 'no clock but the one' 'time|gettimeofday|clock|clock_gettime|localtime|ctime|asctime' '^(src/base/clock\.c|tests/.*)$'
banned 'secrets are compared in constant time' 'memcmp' '^(src/token/token_secret\.c|src/service/bearer\.c|src/base/(address|text)\.c|tests/.*)$'
banned 'randomness comes from base' 'rand|random|srand|RAND_bytes' '^src/base/crypto\.c$'
banned 'answers of libmicrohttpd are read where they are copied' 'get_connection_info' '^(src/server/mhd\.[ch]|tests/.*)$'
banned 'memory comes from base' 'malloc|calloc|realloc|strdup|strndup|asprintf' '^(src/base/memory\.c|tests/.*)$'
banned 'only main and memory end the program' 'exit|_exit|abort|_Exit' '^(src/main\.c|src/base/(bounded|memory|json)\.c|tests/.*)$'

find src -name '*.[ch]' | grep -vE '^src/base/json\.c$' |
    xargs grep -nE '(^|[^A-Za-z0-9_])(json_error_t|json_load(s|b|f|fd|_file|_callback)|json_v?(un)?pack(_ex)?)([^A-Za-z0-9_]|$)' >"$wrong"
find src -name '*.c' -exec grep -nE -- '(->|\.)msg([^A-Za-z0-9_]|$)|ERR_(error|reason_error|lib_error)_string' {} + >>"$wrong"
promise 'no parser tells its own story: it quotes what it read' "$wrong"

find src -name '*.[ch]' | grep -vE '^src/(cli/|main\.c|base/(log|memory)\.c)' |
    xargs grep -nE '(^|[^a-z_])(printf|puts|fputs|fprintf|perror|putchar)[[:space:]]*\(' >"$wrong"
promise 'nothing below the command line prints' "$wrong"

find src -name '*.c' -exec grep -nE '^(static )?[a-z_ ]+\**[a-z_]+(\[[^]]*\])*( = [^(]*)?;$' {} + |
    grep -vE 'static const|typedef|extern|return|const char \*const' | grep -vE ':[0-9]+:[[:space:]]' >"$wrong.all"
grep -vE '^src/(core/interrupt|base/(log|memory))\.c:' "$wrong.all" >"$wrong"
promise 'no state outside structs, but the signal and the debug switch' "$wrong"

find src -name '*.[ch]' -exec grep -n 'typedef struct' {} + >"$wrong"
promise 'no typedef for structs' "$wrong"

grep -rnIE '(TODO|FIXME|XXX:|HACK)' src tests completions man --include='*.[chs]*' --include='*.mk' --include='*.bats' --include='*.py' | grep -v '^tests/lint/banned.sh' >"$wrong"
promise 'nothing is left to do in comments' "$wrong"

done_testing
