#!/bin/bash
# Fault injection on a real CNI network. In every round a pod is run, or one is stopped and removed,
# and meanwhile at random: the daemon is killed (SIGKILL) at any step, plugins fail, talk rubbish or
# hang before or after they did their work, the pause container is killed or removed behind the
# daemon's back, Docker is restarted. Then everything is calm again, what is no living pod is taken
# down as a kubelet would, and what is left on the node must be exactly that of the living pods:
# addresses, namespaces, interfaces, firewall rules, records, cache files. Prints TAP.
# Usage: cni_faults.sh [ROUNDS] [SEED]     (it makes a rig of its own, in a network of its own)
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
[ "${RIG_NETWORK:-}" = own ] || exec test/rig/own-network.sh "test/engine/${0##*/}" "$@"
. test/rig/rig.sh
. test/rig/cni.sh
export DOCKER_HOST=unix://$RIG/docker.sock
rounds=${1:-25} seed=${2:-$RANDOM}
RANDOM=$seed
echo "# seed $seed"
LIVING_MAX=3 TIMEOUT=5s

# Of 100 runs of a plugin in a wild mood, this many fail in each of five ways.
for plugin in bridge portmap bandwidth firewall tuning; do
    cni_wrap "$plugin" <<'WRAP'
[ -e "${0%/*}/wild" ] || exec "$real"
speak() { echo '{"cniVersion": "1.0.0", "code": 999, "msg": "injected"}'; exit 1; }
case $((RANDOM % 100)) in
[0-1]) speak ;;                              # fails before
[2-3]) "$real" >/dev/null; speak ;;          # fails after
4) "$real" >/dev/null; echo '{"ips": [' ;;   # rubbish after
5) sleep 100000 ;;                           # hangs before
6) "$real" >/dev/null; sleep 100000 ;;       # hangs after
*) exec "$real" ;;
esac
WRAP
done

declare -A tally=()
count() { tally[$1]=$((${tally[$1]:-0} + 1)); }
# Two numbers, for one after the other of bash's are not independent enough.
chance() { [ $(((RANDOM >> 2 ^ RANDOM >> 5) % 100)) -lt "$1" ]; }
nap() { sleep "0.$(printf %03d $((RANDOM % $1)))"; }

start_shim() { cni_shim_start --cni-timeout="$TIMEOUT" --log-level=info; }
kill_shim() {
    count "daemon killed during $1"
    rig_stop shim KILL
    chance 50 && nap 300
    start_shim || return 1
    chance 15 || return 0
    count "daemon killed at its start"
    nap 200
    rig_stop shim KILL
    start_shim
}

# ---------------------------------------------------------------------------- the pods

living=() # ids of sandboxes that were run with success, and that nobody took down
forget() {
    local id kept=()
    for id in "${living[@]}"; do [ "$id" = "$1" ] || kept+=("$id"); done
    living=("${kept[@]}")
}

run_pod() { # ROUND: every pod uses all that leaves traces
    pod_run "pod-$1" "{\"port_mappings\": [{\"container_port\": 80, \"host_port\": $((10000 + $1 % 20000))}],
        \"annotations\": {\"kubernetes.io/ingress-bandwidth\": \"100M\", \"kubernetes.io/egress-bandwidth\": \"100M\"}}" \
        >"$RIG/run.id" 2>"$RIG/run.error" && grep -qE '^[0-9a-f]{64}$' "$RIG/run.id"
}
take_down() { { pod_stop "$1" && pod_remove "$1"; } 2>"$RIG/down.error"; }

# Runs a command, and things happen to it.
with_faults() {
    local what=$1 worker
    shift
    "$@" &
    worker=$!
    if chance 50; then
        nap 500
        kill_shim "$what" || return 2
    elif chance 8 && [ ${#living[@]} -gt 0 ]; then
        count "pause container killed during $what"
        docker kill "${living[RANDOM % ${#living[@]}]}" >/dev/null 2>&1
    elif chance 8 && [ ${#living[@]} -gt 0 ]; then
        count "pause container removed during $what"
        docker rm -f "${living[RANDOM % ${#living[@]}]}" >/dev/null 2>&1
        nap 300
        kill_shim "$what" || return 2
    elif chance 4; then
        count "Docker restarted during $what"
        engine_stop
        engine_start || return 2
    fi
    wait "$worker"
}

# ---------------------------------------------------------------------------- what must be left

# What one pod leaves, learnt from the first.
learn() {
    run_pod 0 || { cat "$RIG/run.error"; return 1; }
    local id
    id=$(cat "$RIG/run.id")
    pod_traces=$(cni_traces)
    pod_counts=$(cni_counts)
    [ "$(wc -l <<<"$pod_traces")" -ge 14 ] && ! grep -q ' 0$' <<<"$pod_counts" &&
        ! grep -vq " $id$" <<<"$pod_traces" || { echo "$pod_traces"; echo "$pod_counts"; return 1; }
    pod_traces=${pod_traces//$id/@}
    take_down "$id"
}
expected() {
    local id
    for id in "${living[@]}"; do echo "${pod_traces//@/$id}"; done | sort
    awk -v n=${#living[@]} '{ print $1, $2 * n }' <<<"$pod_counts"
}
actual() {
    cni_traces
    cni_counts
}
is_as_expected() {
    expected >"$RIG/expected"
    actual >"$RIG/actual"
    cmp -s "$RIG/expected" "$RIG/actual"
}
plugins_run() { grep -lsz '^CNI_CONTAINERID=' /proc/[0-9]*/environ | grep -q .; }

# The kubelet's part: sandboxes that are not the living ones, or no longer run, are taken down.
settle() {
    local id state
    rm -f "$RIG/bin/wild"
    rig_await 60 cri Status || return 1
    for id in "${living[@]}"; do
        state=$(pod_status "$id" 2>/dev/null | jq -r .status.state)
        [ "$state" = SANDBOX_READY ] || forget "$id"
    done
    for id in $(cri ListPodSandbox | jq -r '.items[].id'); do
        case " ${living[*]} " in
        *" $id "*) ;;
        *) take_down "$id" || { echo "# $id cannot be taken down: $(cat "$RIG/down.error")"; return 1; } ;;
        esac
    done
    rig_await 60 is_as_expected && ! plugins_run && return
    echo "# left (>) or lost (<), with ${#living[@]} living pods:"
    diff "$RIG/expected" "$RIG/actual" | sed 's/^/# /'
    plugins_run && echo "# plugins are still running"
    return 1
}

round() {
    local id
    chance 45 && touch "$RIG/bin/wild" && count "plugins wild"
    if [ ${#living[@]} -eq 0 ] || { [ ${#living[@]} -lt $LIVING_MAX ] && chance 40; }; then
        count "pods run"
        rm -f "$RIG/run.id"
        with_faults RunPodSandbox run_pod "$1"
        case $? in
        0) living+=("$(cat "$RIG/run.id")") && count "pods run with success" ;;
        2) return 1 ;;
        esac
    elif [ ${#living[@]} -gt 0 ]; then
        id=${living[RANDOM % ${#living[@]}]}
        forget "$id"
        count "pods taken down"
        if chance 50; then
            with_faults StopPodSandbox pod_stop "$id" 2>/dev/null
        else
            with_faults RemovePodSandbox pod_remove "$id" 2>/dev/null
        fi
        [ $? -ne 2 ] || return 1
    fi
    settle
}

cni_config
start_shim && learn || { echo "not ok 1 - a first pod leaves traces"; exit 1; }
failed=0
for ((n = 1; n <= rounds; n++)); do
    round "$n" && continue
    echo "# round $n failed; the end of the daemon's log:"
    tail -n 40 "$RIG/shim.log" | sed 's/^/# /'
    failed=1
    break
done
for what in "${!tally[@]}"; do echo "# ${tally[$what]} $what"; done | sort -k3
if [ "$failed" = 0 ]; then
    living=()
    settle || failed=1
fi
if [ "$failed" = 0 ]; then
    echo "ok 1 - $rounds rounds of faults left exactly what the living pods own"
else
    echo "not ok 1 - $rounds rounds of faults left exactly what the living pods own"
fi
shim_stop || failed=1
exit "$failed"
