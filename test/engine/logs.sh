#!/bin/bash
# Container logs on a real engine: a writer of numbered lines, rotated as the kubelet does it, while
# the daemon is killed again and again; and what the lines look like.
# Usage: test/rig/with-rig.sh test/engine/logs.sh
# shellcheck disable=SC2154 # what setup shares
set -uo pipefail
. test/lib/engine.sh

ROUNDS=${ROUNDS:-8} LINES_WRITTEN=400000

setup() {
    shim_runs || shim_start
    pod=$(pod_run logs)
    logs=$RIG/logs/logs
    share pod logs
}
shim_runs() { rig_runs shim; }

# finished_container NAME SCRIPT [CONFIG]: runs it to its end; its log is $logs/NAME.log
finished_container() {
    local id
    id=$(container_run_script "$pod" "$@")
    container_await "$id" CONTAINER_EXITED
    echo "$id"
}

rotate() { # CONTAINER LOG SUFFIX
    mv "$2" "$2.$3"
    cri ReopenContainerLog "{\"container_id\":\"$1\"}" >/dev/null
    [ -f "$2" ] || fail "no file after ReopenContainerLog"
}

# The numbers 1 to LINES_WRITTEN, each in a line of its own, over all files in the order of rotation.
check_numbers() {
    cat "$1".??? "$1" | awk -v all="$LINES_WRITTEN" '
        $2 != "stdout" || $3 != "F" || NF != 4 { print "odd line: " $0; bad = 1; exit }
        $4 != NR { print "line " NR " says " $4; bad = 1; exit }
        END { if (!bad && NR != all) print NR " lines"; exit bad || NR != all }'
}

test_every_line_once_over_rotations_and_kills() {
    local id log=$logs/writer.log round used
    id=$(container_run_script "$pod" writer "i=1; while [ \$i -lt $LINES_WRITTEN ]; do
        seq \$i \$((i + 4999)); i=\$((i + 5000)); usleep 50000; done")
    for ((round = 1; round <= ROUNDS; round++)); do
        rotate "$id" "$log" "$(printf %03d "$round")"
        rig_stop shim KILL
        shim_start
    done
    container_await "$id" CONTAINER_EXITED
    check_numbers "$log"
    # What was carried over takes the disk once, but for a tail that docker logs shows.
    used=$(du -k "$(inspect "$id" .LogPath)" | cut -f1)
    [ "$used" -lt 12288 ] || fail "$used KiB of Docker's file are left"
}

test_an_ended_container_is_not_reopened() {
    local id
    id=$(finished_container ended 'echo done')
    mv "$logs/ended.log" "$logs/ended.log.old"
    cri_fails FAILED_PRECONDITION "does not run" ReopenContainerLog "{\"container_id\":\"$id\"}"
    [ ! -e "$logs/ended.log" ] || fail "a file was made"
}

test_long_lines_come_in_parts() {
    finished_container long 'head -c 40000 /dev/zero | tr "\0" a; echo; printf "no newline"' >/dev/null
    is "P16384 P16384 F7232 F2 " "$(awk '{ printf "%s%d ", $3, length($4) }' "$logs/long.log")" parts
}

# The patterns with which collectors take lines apart.
test_collectors_read_every_line() {
    finished_container garbage 'head -c 100000 /dev/urandom; echo; echo; printf "\000\n"' >/dev/null
    if LC_ALL=C grep -avqE '^[^ ]+ (stdout|stderr) [FP] ?' "$logs/garbage.log"; then
        fail "a line that no collector reads"
    fi
}

test_streams_are_told_apart() {
    finished_container two 'echo out; echo err >&2' >/dev/null
    grep -q ' stdout F out$' "$logs/two.log"
    grep -q ' stderr F err$' "$logs/two.log"
}

test_lines_of_a_terminal() {
    finished_container tty 'echo tty' '{"tty": true}' >/dev/null
    grep -q $' stdout F tty\r$' "$logs/tty.log"
}

test_a_planted_link_is_not_followed() {
    echo precious >"$RIG/victim"
    ln -s "$RIG/victim" "$logs/planted.log"
    finished_container planted 'echo hello' >/dev/null
    is precious "$(cat "$RIG/victim")" "the link's target"
    grep -q ' F hello$' "$logs/planted.log"
}

test_a_link_on_request() {
    local id
    shim_stop
    shim_start --log-mode=symlink
    id=$(finished_container link 'echo json')
    is json "$(jq -r .log <"$logs/link.log" | head -n 1)" "Docker's own line"
    cri_fails FAILED_PRECONDITION "" ReopenContainerLog "{\"container_id\":\"$id\"}"
    cri RemoveContainer "{\"container_id\":\"$id\"}" >/dev/null
    [ ! -L "$logs/link.log" ] || fail "the link is left"
    shim_stop
    shim_start
}

test_removal_keeps_logs_and_forgets_the_rest() {
    finished_container kept 'echo kept' >/dev/null
    pod_remove "$pod"
    grep -q ' F kept$' "$logs/kept.log"
    is "" "$(ls -A "$RIG/shim/logs")" "checkpoints left"
}

run_tests
