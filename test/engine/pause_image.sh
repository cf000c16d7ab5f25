#!/bin/bash
# The built-in pause image on a real engine: it loads, runs, reaps what a pod leaves, and ends when
# it is told to. Prints TAP.
# Usage: test/rig/with-rig.sh test/engine/pause_image.sh
set -uo pipefail
: "${RIG:?run it by test/rig/with-rig.sh}"
export DOCKER_HOST=unix://$RIG/docker.sock
tar=${BUILD:-build}/pause/image.tar
name=pause-test number=0 failed=0
trap 'docker rm -f "$name" "$name-shell" >/dev/null 2>&1' EXIT

# check WORDS... -- COMMAND...: one test
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

load() {
    local answer
    answer=$(curl -fsS --unix-socket "$RIG/docker.sock" -X POST -H 'Content-Type: application/x-tar' \
        --data-binary @"$tar" 'http://docker/images/load?quiet=1') &&
        image=$(sed -n 's/.*Loaded image: \([^\\]*\).*/\1/p' <<<"$answer") && [ -n "$image" ]
}
start() { docker run -d --name "$name" --network none "$image" >/dev/null; }
is_running() { [ "$(docker inspect -f '{{.State.Running}}' "$name")" = true ]; }
# The exit code of a process that ended by itself is 0; one that Docker had to kill has 137. The
# limit is only for a process that does not end at all.
ended_by_itself() { [ "$(timeout 60 docker wait "$name")" = 0 ]; }
stops() { docker stop -t 60 "$name" >/dev/null && ended_by_itself; }
ends_on() { docker start "$name" >/dev/null && docker kill -s "$1" "$name" >/dev/null && ended_by_itself; }
outlives() { docker kill -s "$1" "$name" >/dev/null && is_running; }

# An orphan in the pod's pid namespace becomes pause's child. Once killed it leaves /proc when it is
# reaped; a zombie would stay.
reaps() {
    docker run --name "$name-shell" --network none --pid "container:$name" rig/busybox:1 sh -c '
        orphan=$(sh -c "sleep 1000 >/dev/null & echo \$!")
        [ "$(grep PPid: "/proc/$orphan/status" | tr -cd 0-9)" = 1 ] || { echo "# its parent is not pause"; exit 1; }
        kill "$orphan"
        for try in $(seq 100); do [ -e "/proc/$orphan" ] || exit 0; sleep 0.1; done
        echo "# a zombie is left"; exit 1'
}

check the engine loads it -- load
check it runs -- start
check it reaps the orphans of its pod -- reaps
check it outlives signals that are not for it -- outlives USR1
check docker stop ends it, not a kill -- stops
check it ends on TERM -- ends_on TERM
check it ends on INT -- ends_on INT
exit "$failed"
