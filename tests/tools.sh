#!/bin/sh
# The programs that tests call, see tests/tools.txt.
#   tools.sh missing        the packages without which make check cannot run, one a line
#   tools.sh absent         the commands that tests do without, one a line
#   tools.sh unpack FOLDER  fetch and unpack what may not be installed, as far as it is not here: FOLDER/bin has a
#                           program for each; says what could not be had, and never fails for that
set -eu
table=$(dirname "$0")/tools.txt

say() { printf '%s\n' "$*" >&2; }

# Lines "COMMAND PACKAGES WAY" of the tools that come in one of these ways: tools WAY...
tools() {
    awk -v ways=" $* " '$1 !~ /^#/ && index(ways, " " $3 " ") { print $1, $2, $3 }' "$table"
}

missing() {
    tools need | while read -r command package _; do
        case $package in
            python3-jsonschema) python3 -c 'import jsonschema' 2>/dev/null || echo "$package" ;;
            libcmocka-dev) ;; # configure looks for it
            *) command -v "$command" >/dev/null || echo "$package" ;;
        esac
    done
}

absent() {
    tools want unpack alone | while read -r command _; do
        [ "$command" = - ] || command -v "$command" >/dev/null || echo "$command"
    done
}

# The first of "A|B" that apt knows.
choose() {
    for package in $(printf %s "$1" | tr '|' ' '); do
        if apt-cache show --no-all-versions "$package" >/dev/null 2>&1; then
            printf '%s\n' "$package"
            return
        fi
    done
}

# Of what apt would install with these packages: themselves and the libraries. What else they depend on configures or
# starts things, and no test needs it.
with_libraries() {
    apt-get install --simulate --no-install-recommends "$@" 2>/dev/null |
        awk -v wanted=" $* " '$1 == "Inst" && ($2 ~ /^lib/ || index(wanted, " " $2 " ")) { print $2 }'
}

# Where podman finds its helpers, and leaves what it keeps.
write_containers_conf() {
    cat >storage.conf <<C
[storage]
driver = "vfs"
graphroot = "$PWD/storage"
rootless_storage_path = "$PWD/storage"
runroot = "$PWD/storage/run"
C
    cat >containers.conf <<C
[engine]
runtime = "crun"
conmon_path = ["$PWD/bin/conmon"]
helper_binaries_dir = ["$PWD/root/usr/lib/podman", "$PWD/root/usr/libexec/podman"]
[engine.runtimes]
crun = ["$PWD/bin/crun"]
[network]
network_config_dir = "$PWD/storage/networks"
C
}

# Whether what was unpacked runs here. For a user other than root, podman needs newuidmap, which only a package can install.
works() {
    case $1 in
        podman) "bin/$1" login --get-login localhost:1 2>&1 | grep 'not logged' ;;
        conmon | docker | gpg | skopeo) "bin/$1" --version ;;
        *) : ;;
    esac
}

# A program in bin/ that runs COMMAND of the unpacked packages with their libraries: wrap COMMAND
wrap() {
    for place in usr/bin usr/sbin bin; do
        [ -x "root/$place/$1" ] || continue
        options=
        settings=
        case $1 in # these look for others where their packages would have put them
            gpg) options="--agent-program '$PWD/bin/gpg-agent'" ;;
            podman)
                settings="CONTAINERS_CONF='$PWD/containers.conf' CONTAINERS_STORAGE_CONF='$PWD/storage.conf'"
                write_containers_conf
                ;;
            fish) mkdir -p root/usr/etc && ln -sfn ../../etc/fish root/usr/etc/fish ;;
        esac
        cat >"bin/$1" <<W
#!/bin/sh
$settings LD_LIBRARY_PATH='$PWD/root/usr/lib/$triplet:$PWD/root/lib/$triplet' exec '$PWD/root/$place/$1' $options "\$@"
W
        chmod +x "bin/$1"
        works "$1" >>log 2>&1 && return
        rm "bin/$1"
    done
    echo "$1"
}

fetch() {
    # shellcheck disable=SC2046,SC2086 # words
    set -- $alone $(with_libraries "$@")
    [ $# -gt 0 ] || return 1
    mkdir debs
    (cd debs && apt-get download "$@") >log 2>&1 </dev/null || return 1
    for deb in debs/*.deb; do
        dpkg-deb --extract "$deb" root || return 1
    done
    rm -rf debs root/usr/share/doc root/usr/share/man root/usr/bin/dockerd
}

unpack() {
    absent=
    packages=
    alone=
    wanted=
    while read -r command package way; do
        case $command in
            -) ;; # as the one before it
            *)
                wanted=
                command -v "$command" >/dev/null || [ -x "$1/bin/$command" ] || wanted=yes
                absent="$absent${wanted:+ $command}"
                ;;
        esac
        [ -z "$wanted" ] || case $way in
            alone) alone="$alone $(choose "$package")" ;;
            *) packages="$packages $(choose "$package")" ;;
        esac
    done <<T
$(tools unpack alone)
T
    [ -n "$absent" ] || return 0
    rm -rf "$1"
    mkdir -p "$1/bin" "$1/root"
    cd "$1"
    : >log
    say "Unpacking into $PWD for the tests, without installing:$packages$alone"
    # shellcheck disable=SC2086 # words
    if fetch $packages; then
        for command in $absent; do wrap "$command"; done >missing
    else
        printf '%s\n' $absent >missing
        rm -rf debs root
    fi
    if [ -s missing ]; then
        say "Not to be had: $(tr '\n' ' ' <missing)- tests that need them are skipped. See $PWD/log"
    fi
}

case ${1-} in
    missing) missing ;;
    absent) absent ;;
    unpack)
        command -v apt-get >/dev/null || exit 0
        triplet=$(dpkg-architecture -q DEB_HOST_MULTIARCH 2>/dev/null || gcc -print-multiarch)
        unpack "$2"
        ;;
    *)
        say "usage: $0 missing | absent | unpack FOLDER"
        exit 2
        ;;
esac
