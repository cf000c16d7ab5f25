# shellcheck shell=bash
# The test rig, as functions to source: a private dockerd, registries and the daemon under test, all
# in one directory ($RIG), and all gone with it. Several rigs run side by side.
#
#   BUILD   where the daemon and the test programs are (build)
#   RIG     the rig's directory, once rig_create has made it; subshells share the rig through it
#
# What runs in a rig has its pid in $RIG/NAME.pid, its output in $RIG/NAME.log and, once it has
# ended, its exit status in $RIG/NAME.status.

BUILD=${BUILD:-build}

rig_die() {
    echo "rig: $*" >&2
    return 1
}

# Starts a program in the background: rig_spawn NAME PROGRAM ARGUMENT...
# A session of its own keeps the terminal's Ctrl-C from it; whoever stops it is rig_stop.
rig_spawn() {
    local name=$1
    shift
    rm -f "$RIG/$name.status" "$RIG/$name.pid"
    # shellcheck disable=SC2016
    setsid bash -c '"${@:2}" & echo $! >"$1.pid.new"; mv "$1.pid.new" "$1.pid"; wait $!; echo $? >"$1.status"' \
        rig "$RIG/$name" "$@" >>"$RIG/$name.log" 2>&1 </dev/null &
    disown $!
    rig_await 10 test -f "$RIG/$name.pid"
}

# rig_await SECONDS COMMAND...: until it succeeds.
rig_await() {
    local end=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ "$SECONDS" -lt "$end" ] || return 1
        sleep 0.05
    done
}

# rig_runs NAME
rig_runs() {
    [ -f "$RIG/$1.pid" ] && [ ! -f "$RIG/$1.status" ]
}

# rig_stop NAME [SIGNAL]: and waits for the end; after 30 seconds it is killed.
rig_stop() {
    local name=$1 signal=${2:-TERM}
    rig_runs "$name" || return 0
    kill -s "$signal" "$(cat "$RIG/$name.pid")" 2>/dev/null
    rig_await 30 test -f "$RIG/$name.status" && return 0
    kill -s KILL "$(cat "$RIG/$name.pid")" 2>/dev/null
    rig_await 10 test -f "$RIG/$name.status"
    rig_die "$name had to be killed"
}

# ---------------------------------------------------------------------------- the rig itself

# The bridge is what tells the addresses of engines apart: whoever could make dshimN has the number N.
rig_claim_bridge() {
    local n
    for ((n = 1; n < 250; n++)); do
        if ip link add "dshim$n" type bridge 2>/dev/null; then
            echo "$n" >"$RIG/number"
            ip addr add "10.254.$n.1/24" dev "dshim$n" && ip link set "dshim$n" up
            # Another engine on the machine may have shut forwarding off, also within bridges.
            rig_firewall -I "dshim$n"
            return
        fi
    done
    rig_die "no bridge can be made"
}

rig_firewall() {
    iptables -w "$1" FORWARD -i "$2" -o "$2" -j ACCEPT 2>/dev/null || true
}

rig_create() {
    RIG=$(mktemp -d "${TMPDIR:-/tmp}/dockershimd-rig.XXXXXX") || return 1
    chmod 711 "$RIG" # users in containers see files below it
    export RIG
}

# What a dockerd that did not end in peace leaves: containerd, shims and proxies, whose command lines
# hold the rig's directory, and the containers under the shims.
rig_kill_leftovers() {
    local entry pid command
    for entry in /proc/[0-9]*; do
        pid=${entry#/proc/}
        command=$(tr '\0' ' ' 2>/dev/null <"$entry/cmdline") 2>/dev/null
        case $command in
        containerd-shim*"$RIG/"* | */containerd-shim*"$RIG/"*)
            # shellcheck disable=SC2046
            kill -KILL "$pid" $(cat "$entry/task/$pid/children" 2>/dev/null) 2>/dev/null
            ;;
        containerd*"$RIG/"* | */containerd*"$RIG/"* | *docker-proxy*"$RIG/"*) kill -KILL "$pid" 2>/dev/null ;;
        esac
    done
}

rig_unmount() {
    local where
    awk -v rig="$RIG/" 'index($5, rig) == 1 { print $5 }' /proc/self/mountinfo | sort -r |
        while read -r where; do umount -l "$where"; done
}

# Takes everything away, whatever state it is in. Safe to call again.
rig_destroy() {
    local name number
    [ -n "${RIG:-}" ] && [ -d "$RIG" ] || return 0
    rig_stop shim
    engine_remove_containers
    for name in docker registry registry-auth; do rig_stop "$name"; done
    rig_kill_leftovers
    rig_unmount
    number=$(cat "$RIG/number" 2>/dev/null)
    if [ -n "$number" ]; then
        rig_firewall -D "dshim$number"
        ip link del "dshim$number" 2>/dev/null
    fi
    find /sys/fs/cgroup -depth -type d -path "*/${RIG##*/}*" -exec rmdir {} \; 2>/dev/null
    rm -rf --one-file-system "$RIG"
}

# ---------------------------------------------------------------------------- Docker Engine

# docker_api METHOD PATH [CURL ARGUMENT...]: the answer's body; fails on an HTTP error.
docker_api() {
    local method=$1 path=$2
    shift 2
    curl -sS --fail-with-body --unix-socket "$RIG/docker.sock" -X "$method" \
        -H 'Content-Type: application/json' "$@" "http://docker$path"
}

# A machine that takes capabilities from root needs a runtime that asks for less.
engine_lacks_capabilities() {
    local bounding
    bounding=$(sed -n 's/^CapBnd:[[:space:]]*//p' /proc/self/status)
    [ $((0x$bounding >> 24 & 1)) -eq 0 ]
}

# engine_start [DOCKERD ARGUMENT...]: starts it, on the data it had before if it ran before.
engine_start() {
    local number runtime
    [ -f "$RIG/number" ] || rig_claim_bridge || return
    number=$(cat "$RIG/number")
    runtime=$(cd "$BUILD" && pwd)/rig-runtime
    set -- --add-runtime "rig=$runtime" "$@"
    engine_lacks_capabilities && set -- --default-runtime rig "$@"
    [ -f "$RIG/daemon.json" ] || echo '{}' >"$RIG/daemon.json"
    rm -f "$RIG/dockerd.pid"
    # Own addresses, and no firewall rules: those are the machine's, and other engines' too.
    rig_spawn docker dockerd --host "unix://$RIG/docker.sock" --config-file "$RIG/daemon.json" \
        --pidfile "$RIG/dockerd.pid" --data-root "$RIG/data" --exec-root "$RIG/exec" \
        --exec-opt native.cgroupdriver=cgroupfs --bridge "dshim$number" \
        --iptables=false --ip6tables=false --ip-forward=false "$@"
    rig_await 60 engine_answers && return
    tail -n 20 "$RIG/docker.log" >&2
    rig_die "dockerd did not start"
}

engine_answers() {
    rig_runs docker && docker_api GET /_ping
}

engine_stop() {
    rig_stop docker
    # containerd ends with dockerd, but is reaped late on machines with a lazy pid 1, and the next
    # dockerd would wait for that zombie.
    rm -f "$RIG/exec/containerd/containerd.pid"
}

engine_remove_containers() {
    local id
    engine_answers >/dev/null 2>&1 || return 0
    for id in $(docker_api GET '/containers/json?all=1' | jq -r '.[].Id'); do
        docker_api DELETE "/containers/$id?force=1&v=1" >/dev/null
    done
}

# ---------------------------------------------------------------------------- registries

# registry_start NAME [HTPASSWD]: 127.0.0.1:PORT, the port in $RIG/NAME.port. Engines take plain
# HTTP from this address.
registry_start() {
    local name=$1 htpasswd=${2:-} port try auth=
    [ -z "$htpasswd" ] || auth="auth: {htpasswd: {realm: rig, path: $htpasswd}}"
    for try in 1 2 3 4 5 6 7 8; do
        port=$((20000 + RANDOM % 20000))
        cat >"$RIG/$name.yml" <<CONFIG
version: 0.1
log: {level: warn, accesslog: {disabled: true}}
storage: {filesystem: {rootdirectory: $RIG/$name}, delete: {enabled: true}}
http: {addr: "127.0.0.1:$port"}
$auth
CONFIG
        rig_spawn "$name" docker-registry serve "$RIG/$name.yml"
        if rig_await 10 registry_answers_or_ended "$name" "$port" && rig_runs "$name"; then
            echo "$port" >"$RIG/$name.port"
            return
        fi
    done
    rig_die "the registry did not start after $try tries: $(tail -n 3 "$RIG/$name.log")"
}

registry_answers_or_ended() {
    ! rig_runs "$1" || curl -s -o /dev/null "http://127.0.0.1:$2/v2/"
}

# One user, "user" with the password "secret", hashed as the registry wants it.
registry_make_users() {
    # shellcheck disable=SC2016
    perl -e 'print "user:", crypt("secret", q($2y$05$rigrigrigrigrigrigrigu)), "\n"' >"$1"
}

# registry_push REGISTRY IMAGE [AUTH JSON]: an image of the engine, which keeps it under that name
# only for the moment.
registry_push() {
    local registry=$1 image=$2 auth=${3:-'{}'} name
    name=$registry/${image%:*}
    docker_api POST "/images/$image/tag?repo=$name&tag=${image##*:}" >/dev/null
    docker_api POST "/images/$name/push?tag=${image##*:}" \
        -H "X-Registry-Auth: $(printf %s "$auth" | base64 -w0 | tr '+/' '-_')" >"$RIG/push.log"
    if grep '"error"' "$RIG/push.log" >&2; then return 1; fi
    docker_api DELETE "/images/$name:${image##*:}" >/dev/null
}

# ---------------------------------------------------------------------------- the daemon

# shim_start [FLAG...]: build/dockershimd on $CRI_ENDPOINT.
shim_start() {
    export CRI_ENDPOINT=unix://$RIG/cri.sock
    rig_spawn shim "$BUILD/dockershimd" --container-runtime-endpoint="$CRI_ENDPOINT" \
        --docker-endpoint="unix://$RIG/docker.sock" --root-directory="$RIG/shim" \
        --run-directory="$RIG/run" --cri-dockerd-root-directory="$RIG/incumbent" \
        --network-plugin=bridge --log-level=debug "$@"
    rig_await 60 shim_answers_or_ended && rig_runs shim && return
    tail -n 20 "$RIG/shim.log" >&2
    rig_die "dockershimd did not start"
}

shim_answers_or_ended() {
    ! rig_runs shim || "$BUILD/cri-client" --timeout 10 Status
}

# SIGTERM; succeeds only if it left in peace: no crash, no report of a sanitizer.
shim_stop() {
    rig_runs shim || return 0
    rig_stop shim && [ "$(cat "$RIG/shim.status")" = 0 ] && return
    tail -n 30 "$RIG/shim.log" >&2
    rig_die "dockershimd ended with status $(cat "$RIG/shim.status")"
}
