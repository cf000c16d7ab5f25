# shellcheck shell=bash
# What the engine tests are written with. A test file sources this, defines functions named test_…,
# and ends with run_tests. Each function is one test, named after it: it runs by itself in a subshell
# with "set -e", so the first command that fails is its failure. Prints TAP.
# Usage of a test file: test/rig/with-rig.sh test/engine/NAME.sh

: "${RIG:?run it by test/rig/with-rig.sh}"
. test/rig/rig.sh
shopt -s inherit_errexit

IMAGE=rig/busybox:1

# ---------------------------------------------------------------------------- the tests themselves

# skip REASON: ends the test that calls it.
skip() {
    echo "$*" >"$RIG/skip"
    exit 77
}

fail() {
    echo "$*" >&2
    return 1
}

# is WANTED GOT [WHAT]
is() {
    [ "$1" = "$2" ] || fail "${3:-value}: wanted <$1>, got <$2>"
}

# matches PATTERN TEXT [WHAT]: a glob pattern.
matches() {
    # shellcheck disable=SC2053
    [[ $2 == $1 ]] || fail "${3:-value}: wanted <$1>, got <${2:0:500}>"
}

# share VARIABLE...: what "setup" says at its end about what it made for the tests.
share() {
    local name
    for name; do printf '%s=%q\n' "$name" "${!name}"; done >"$RIG/shared"
}

# run_test NAME: one test; its output is shown only if it failed. Its status is in $status. Never
# call it in a condition: bash switches "set -e" off inside.
run_test() {
    local name=${1#test_}
    name=${name//_/ }
    (set -euo pipefail; . "$RIG/shared"; "$1") >"$RIG/output" 2>&1
    status=$?
    case $status in
    0) [ "$1" = setup ] || echo "ok $((++number)) - $name" ;;
    77) echo "ok $((++number)) - $name # SKIP $(cat "$RIG/skip")" ;;
    *)
        echo "not ok $((++number)) - $name"
        sed 's/^/#   /' "$RIG/output"
        tail -n 5 "$RIG/shim.log" | sed 's/^/#   log: /'
        failed=1
        ;;
    esac
}

# run_tests [DAEMON FLAG...]: starts the daemon, runs the file's tests in their order, and ends it.
# "setup" makes what the tests share; one that failed may have left anything behind, so everything is
# made anew for the next one.
run_tests() {
    local test status number=0 failed=0
    shim_start "$@" || exit 1
    : >"$RIG/shared"
    declare -F setup >/dev/null || setup() { :; }
    run_test setup
    for test in $(grep -oE '^test_[a-z0-9_]+' "$0") the_daemon_leaves_nothing_behind; do
        run_test "$test"
        [ "$status" = 0 ] || [ "$status" = 77 ] && continue
        remove_all_pods
        run_test setup
        [ "$status" = 0 ] || break
    done
    exit "$failed"
}

# The last test of every file: no container is left, and the daemon ends in peace, which with a
# sanitizer means without a leak.
the_daemon_leaves_nothing_behind() {
    remove_all_pods
    is '[]' "$(docker_api GET '/containers/json?all=1' | jq -c '[.[].Names]')" "containers that are left"
    shim_stop
}

# ---------------------------------------------------------------------------- CRI

# cri METHOD [JSON]: the answer.
cri() {
    "$BUILD/cri-client" --timeout 120 "$@"
}

# cri_fails CODE TEXT METHOD [JSON]: the call fails with this code, and the text is in its message.
cri_fails() {
    local code=$1 text=$2 output
    shift 2
    if output=$(cri "$@" 2>&1); then fail "$1 succeeded: $output"; return 1; fi
    matches "$code *" "$output" "$1" && matches "*$text*" "$output" "$1"
}

# merge JSON...: objects laid over each other; lists are replaced.
merge() {
    local json
    for json; do echo "$json"; done | jq -cs 'reduce .[] as $each ({}; . * $each)'
}

# pod_config NAME [JSON]: a PodSandboxConfig.
pod_config() {
    merge '{"metadata":{"name":"'"$1"'","namespace":"rig","uid":"'"$1"'-uid"},"log_directory":"'"$RIG/logs/$1"'","linux":{"cgroup_parent":"'"$(cgroup_parent)"'"}}' "${2:-{\}}"
}

# A cgroup that only this rig uses.
cgroup_parent() {
    echo "/${RIG##*/}"
}

# pod_run NAME [CONFIG [HANDLER]]: the id of a new pod. Its configuration is kept for its containers.
pod_run() {
    local config id
    config=$(pod_config "$1" "${2:-}")
    mkdir -p "$RIG/logs/$1"
    id=$(cri RunPodSandbox "{\"config\":$config,\"runtime_handler\":\"${3:-}\"}" | jq -r .pod_sandbox_id)
    echo "$config" >"$RIG/pod-$id"
    echo "$id"
}

# container_create POD NAME [CONFIG]: the id of a new container that sleeps, unless CONFIG says more.
container_create() {
    local config
    config=$(merge '{"metadata":{"name":"'"$2"'"},"image":{"image":"'$IMAGE'"},"command":["sleep","1000"],"log_path":"'"$2"'.log"}' "${3:-{\}}")
    cri CreateContainer "{\"pod_sandbox_id\":\"$1\",\"config\":$config,\"sandbox_config\":$(cat "$RIG/pod-$1")}" |
        jq -r .container_id
}

container_start() {
    cri StartContainer "{\"container_id\":\"$1\"}" >/dev/null
}

# container_run POD NAME [CONFIG]: created and started.
container_run() {
    local id
    id=$(container_create "$@")
    container_start "$id"
    echo "$id"
}

# container_run_script POD NAME SCRIPT [CONFIG]: a container that runs a shell script.
container_run_script() {
    container_run "$1" "$2" "$(merge "$(jq -cn --arg script "$3" '{command: ["sh", "-c", $script]}')" "${4:-{\}}")"
}

container_stop() {
    cri StopContainer "{\"container_id\":\"$1\",\"timeout\":${2:-0}}" >/dev/null
}

container_status() {
    cri ContainerStatus "{\"container_id\":\"$1\"}" | jq -c .status
}

# container_await CONTAINER STATE
container_await() {
    rig_await 60 container_is "$1" "$2" || fail "$1 is not $2: $(container_status "$1")"
}

container_is() {
    [ "$(container_status "$1" | jq -r .state)" = "$2" ]
}

pod_status() {
    cri PodSandboxStatus "{\"pod_sandbox_id\":\"$1\"}" | jq -c .status
}

pod_remove() {
    cri StopPodSandbox "{\"pod_sandbox_id\":\"$1\"}" >/dev/null
    cri RemovePodSandbox "{\"pod_sandbox_id\":\"$1\"}" >/dev/null
}

remove_all_pods() {
    local id
    for id in $(cri ListPodSandbox | jq -r '.items[].id'); do
        cri RemovePodSandbox "{\"pod_sandbox_id\":\"$id\"}" >/dev/null
    done
}

# exec_sync CONTAINER COMMAND...: the whole answer.
exec_sync() {
    local id=$1
    shift
    cri ExecSync "$(jq -cn --arg id "$id" '{container_id: $id, cmd: $ARGS.positional}' --args -- "$@")"
}

# run_in CONTAINER SCRIPT: what the script prints in there; it must exit with 0.
run_in() {
    local answer
    answer=$(exec_sync "$1" sh -c "$2")
    is 0 "$(jq .exit_code <<<"$answer")" "exit code of <$2>, which said $(jq -r .stderr <<<"$answer")"
    jq -r .stdout <<<"$answer"
}

# ---------------------------------------------------------------------------- Docker

# inspect CONTAINER [JQ FILTER]: Docker's own document, which tells what was asked of it.
inspect() {
    docker_api GET "/containers/$1/json" | jq -cr "${2:-.}"
}

container_pid() {
    inspect "$1" .State.Pid
}

# cgroup_file CONTAINER CONTROLLER FILE: the content of a control file of the container's cgroup, on
# both versions of cgroups.
cgroup_file() {
    local pid path
    pid=$(container_pid "$1")
    path=$(sed -n "s/^[0-9]*:\([^:]*,\)*$2\(,[^:]*\)*:/\/sys\/fs\/cgroup\/$2/p" "/proc/$pid/cgroup")
    [ -n "$path" ] || path=/sys/fs/cgroup$(sed -n 's/^0:://p' "/proc/$pid/cgroup")
    cat "$path/$3"
}

cgroup_version() {
    if [ -f /sys/fs/cgroup/cgroup.controllers ]; then echo 2; else echo 1; fi
}
