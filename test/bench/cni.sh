#!/bin/bash
# What the network of a pod costs beyond its plugins: the same chain of Debian's plugins run by
# dockershimd's code and by a shell loop, turn by turn in one run. Medians, and their ratio.
# Usage: cni.sh [ROUNDS]     needs root; it works in a network namespace of its own
set -euo pipefail
cd "$(dirname "$0")/../.."
build=$(cd "${BUILD:-build}" && pwd)
if [ "${RIG_NETWORK:-}" != own ]; then
    export RIG_NETWORK=own
    # shellcheck disable=SC2016
    exec unshare --net --mount bash -c 'ip link set lo up && exec "$@"' bench test/bench/cni.sh "$@"
fi
rounds=${1:-30} plugins=/usr/lib/cni
work=$(mktemp -d)
trap 'kill %% 2>/dev/null; rm -rf --one-file-system "$work"' EXIT

# The chain's parts as a shell loop gives them to the plugins, and the list that dockershimd reads.
parts=(
    '{"cniVersion":"1.0.0","name":"bench","type":"bridge","bridge":"cnibench0","isGateway":true,"ipMasq":true,"ipam":{"type":"host-local","dataDir":"'"$work"'/ipam","subnet":"10.125.0.0/16"}}'
    '{"cniVersion":"1.0.0","name":"bench","type":"portmap","snat":true,"runtimeConfig":{"portMappings":[{"hostPort":8080,"containerPort":80,"protocol":"tcp"}]}}'
    '{"cniVersion":"1.0.0","name":"bench","type":"firewall"}'
    '{"cniVersion":"1.0.0","name":"bench","type":"tuning"}'
)
mkdir "$work/net.d"
printf '%s\n' "${parts[@]}" | jq -s '{cniVersion: "1.0.0", name: "bench", plugins: .}' >"$work/net.d/10.conflist"

export CNI_IFNAME=eth0 CNI_PATH=$plugins
shell_add() { # PID ID
    local part type result=
    export CNI_COMMAND=ADD CNI_CONTAINERID=$2 CNI_NETNS=/proc/$1/ns/net
    for part in "${parts[@]}"; do
        type=${part#*'"type":"'}
        [ -z "$result" ] || part="${part%\}},\"prevResult\":$result}"
        result=$("$plugins/${type%%\"*}" <<<"$part")
    done
    last_result=$result
}
shell_del() {
    local i part type
    export CNI_COMMAND=DEL CNI_CONTAINERID=$2 CNI_NETNS=/proc/$1/ns/net
    for ((i = ${#parts[@]} - 1; i >= 0; i--)); do
        part=${parts[i]} type=${parts[i]#*'"type":"'}
        "$plugins/${type%%\"*}" <<<"${part%\}},\"prevResult\":$last_result}" >/dev/null
    done
}
timed() { # FILE COMMAND...: microseconds into the file
    local file=$1 begin=${EPOCHREALTIME/./}
    shift
    "$@"
    echo $((${EPOCHREALTIME/./} - begin)) >>"$file"
}
ask() { # FILE COMMAND PID ID
    local file=$1 answer
    shift
    echo "$*" >&"${shim[1]}"
    read -r answer <&"${shim[0]}"
    echo "$answer" >>"$file"
}
median() { sort -n "$1" | awk '{ all[NR] = $1 } END { print all[int((NR + 1) / 2)] }'; }

coproc shim { exec "$build/cni-pod" "$work/net.d" "$plugins" "$work"; }
for ((n = 0; n <= rounds; n++)); do
    [ "$n" != 1 ] || rm "$work"/*.us # the first round makes the bridge and the chains
    for way in shell shim; do
        unshare --net sleep 1000 &
        pod=$!
        until [ "$(readlink "/proc/$pod/ns/net")" != "$(readlink /proc/self/ns/net)" ]; do :; done
        id=$(printf '%064x' $((n * 2 + (${#way} - 4))))
        if [ "$way" = shell ]; then
            timed "$work/add-shell.us" shell_add "$pod" "$id"
            timed "$work/del-shell.us" shell_del "$pod" "$id"
        else
            ask "$work/add-shim.us" add "$pod" "$id"
            ask "$work/del-shim.us" del "$pod" "$id"
        fi
        kill "$pod"
        wait "$pod" 2>/dev/null || true
    done
done
for command in add del; do
    awk -v name="$command" -v shell="$(median "$work/$command-shell.us")" -v shim="$(median "$work/$command-shim.us")" \
        'BEGIN { printf "network %s: ratio %.2f (dockershimd %.1f ms, the plugins from a shell %.1f ms)\n", name, shim / shell, shim / 1000, shell / 1000 }'
done
