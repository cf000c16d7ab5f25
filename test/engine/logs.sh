#!/bin/bash
# Container logs on a real engine: a writer of numbered lines, rotated as the kubelet does it, while
# the daemon is killed again and again. Every number is there once, in order. Prints TAP.
# Usage: test/rig/with-rig.sh test/engine/logs.sh [ROUNDS]
set -uo pipefail
: "${RIG:?run it by test/rig/with-rig.sh}"
. test/rig/rig.sh
rounds=${1:-8} number=0 failed=0
directory=$RIG/podlogs log=$RIG/podlogs/writer/0.log
trap 'shim_stop' EXIT

check() {
    local words=()
    while [ "$1" != -- ]; do words+=("$1"); shift; done
    shift
    number=$((number + 1))
    if "$@"; then
        echo "ok $number - ${words[*]}"
    else
        echo "not ok $number - ${words[*]}"
        failed=1
    fi
}
cri() { "$BUILD/cri-client" --timeout 60 "$@"; }
sandbox=$(jq -n --arg logs "$directory" '{metadata: {name: "logs", namespace: "rig", uid: "logs"},
    log_directory: $logs, linux: {}}')

# make_container NAME SHELL TEXT [JSON TO MERGE]: prints its id; it is started
make_container() {
    local id
    id=$(cri CreateContainer "$(jq -n --arg pod "$pod" --argjson sandbox "$sandbox" --arg name "$1" \
        --arg text "$2" --argjson more "${3:-{\}}" '{pod_sandbox_id: $pod, sandbox_config: $sandbox,
        config: ({metadata: {name: $name}, image: {image: "rig/busybox:1"},
        command: ["sh", "-c", $text], log_path: ($name + "/0.log"), linux: {}} + $more)}')" |
        jq -er .container_id) && cri StartContainer "{\"container_id\": \"$id\"}" >/dev/null && echo "$id"
}
ended() { [ "$(cri ContainerStatus "{\"container_id\": \"$1\"}" | jq -r .status.state)" = CONTAINER_EXITED ]; }
wait_ended() { rig_await 120 ended "$1"; }
kill_daemon() { rig_stop shim KILL; shim_start; }
rotate() { mv "$log" "$log.$(printf %03d "$1")" && cri ReopenContainerLog "{\"container_id\": \"$writer\"}" >/dev/null; }

start_writer() {
    writer=$(make_container writer 'i=1; while [ $i -lt 400000 ]; do seq $i $((i + 4999)); i=$((i + 5000));
        usleep 50000; done')
}
rotate_and_kill() {
    local round
    for ((round = 1; round <= rounds; round++)); do
        rotate "$round" || { echo "# rotation $round failed"; return 1; }
        [ -f "$log" ] || { echo "# no file after rotation $round"; return 1; }
        kill_daemon || return 1
    done
}
# The numbers of all files, in the order of rotation.
each_once_in_order() {
    cat "$log".??? "$log" | awk '$2 != "stdout" || $3 != "F" || NF != 4 { print "# odd line: " $0; bad = 1; exit }
        $4 != NR { print "# line " NR " says " $4; bad = 1; exit } END { exit bad || NR != 400000 }'
}
is_refused_without_a_file() {
    mv "$log" "$log.last" && ! cri ReopenContainerLog "{\"container_id\": \"$writer\"}" 2>/dev/null &&
        [ ! -e "$log" ]
}
disk_is_given_back() {
    local used
    used=$(du -k "$RIG/data/containers/$writer/$writer-json.log" | cut -f1)
    [ "$used" -lt 12288 ] || { echo "# $used KiB of Docker's file are left"; return 1; }
}
# P parts of 16 KiB, then F; the collector's pattern takes every line.
long_lines_come_in_parts() {
    local id
    id=$(make_container long 'head -c 40000 /dev/zero | tr "\0" a; echo; printf "no newline"') && wait_ended "$id" &&
        [ "$(awk '{ printf "%s%d ", $3, length($4) }' "$directory/long/0.log")" = "P16384 P16384 F7232 F2 " ] &&
        ! grep -vE '^[^ ]+ (stdout|stderr) [FP] ' "$directory/long/0.log"
}
streams_are_told_apart() {
    local id
    id=$(make_container two 'echo out; echo err >&2') && wait_ended "$id" &&
        grep -q ' stdout F out$' "$directory/two/0.log" && grep -q ' stderr F err$' "$directory/two/0.log"
}
terminal_lines_are_kept() {
    local id
    id=$(make_container tty 'echo tty' '{"tty": true}') && wait_ended "$id" &&
        grep -q $' stdout F tty\r$' "$directory/tty/0.log"
}
# A link that somebody planted must not make root write elsewhere.
planted_link_is_not_followed() {
    local id
    echo precious >"$RIG/victim"
    mkdir -p "$directory/planted" && ln -s "$RIG/victim" "$directory/planted/0.log"
    id=$(make_container planted 'echo hello') && wait_ended "$id" &&
        [ "$(cat "$RIG/victim")" = precious ] && grep -q ' F hello$' "$directory/planted/0.log"
}
removal_keeps_the_log() {
    cri RemovePodSandbox "{\"pod_sandbox_id\": \"$pod\"}" >/dev/null &&
        [ -f "$directory/two/0.log" ] && [ -z "$(ls -A "$RIG/shim/logs")" ]
}

shim_start || exit 1
pod=$(cri RunPodSandbox "{\"config\": $sandbox}" | jq -er .pod_sandbox_id) || exit 1
check a writer of numbered lines starts -- start_writer
check it is rotated "$rounds" times while the daemon is killed -- rotate_and_kill
check it ends -- wait_ended "$writer"
check every number is there once and in order -- each_once_in_order
check a log of an ended container is not reopened -- is_refused_without_a_file
check the disk of what was carried over is given back -- disk_is_given_back
check long lines come in parts -- long_lines_come_in_parts
check the two streams are told apart -- streams_are_told_apart
check lines of a terminal are kept as they are -- terminal_lines_are_kept
check a planted link is not followed -- planted_link_is_not_followed
check removal keeps the logs and forgets the rest -- removal_keeps_the_log
exit "$failed"
