#!/bin/bash
# The daemon beside bare Docker, in one run: pods, Version, and the memory it takes idle.
# Usage: test/rig/with-rig.sh test/bench/pods.sh [ROUNDS]
set -euo pipefail
. test/rig/rig.sh
shim_start --log-level=info
sleep 3 # for what is done beside serving at the start
echo "idle resident memory: $(awk '/^VmRSS/ { printf "%.1f MB", $2 / 1024 }' "/proc/$(cat "$RIG/shim.pid")/status")"
rig_spawn noop "$BUILD/noop-server" "unix://$RIG/noop.sock"
rig_await 10 test -S "$RIG/noop.sock"
"$BUILD/bench-pod" "$CRI_ENDPOINT" "unix://$RIG/docker.sock" "unix://$RIG/noop.sock" rig/busybox:1 "${1:-30}"
rig_stop noop KILL
