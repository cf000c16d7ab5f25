#!/bin/bash
# Pods on a real CNI network: Debian's plugins in a chain, two families. Who reaches whom, what is
# told of them, and that everything is taken down again whatever has gone meanwhile. Prints TAP.
# Usage: cni_pods.sh     (it makes a rig of its own, in a network of its own)
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
[ "${RIG_NETWORK:-}" = own ] || exec test/rig/own-network.sh "test/engine/${0##*/}" "$@"
. test/rig/rig.sh
. test/rig/cni.sh
export DOCKER_HOST=unix://$RIG/docker.sock
number=0 failed=0

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
skip() {
    number=$((number + 1))
    echo "ok $number - $1 # SKIP $2"
}
is() {
    [ "$1" = "$2" ] && return
    echo "# got $(printf %q "$1"), not $(printf %q "$2")"
    return 1
}
says() {
    grep -qF -- "$2" <<<"$1" && return
    echo "# \"$1\" does not say \"$2\""
    return 1
}
fails() { ! "$@"; }

# Nothing of any pod is left.
none_left() {
    local left
    left=$(cni_traces; cni_counts | grep -v ' 0$')
    is "$left" ""
}
record_count() { find "$RIG/shim/network" -name '*.json' | wc -l; }

# ---------------------------------------------------------------------------- readiness

cni_shim_start || exit 1
not_ready_saying() {
    local message
    fails network_ready || return 1
    message=$(network_message) && says "$message" "$1"
}
check an empty directory makes the network not ready and is named -- not_ready_saying "$RIG/net.d"
refused_run() {
    local message
    message=$(pod_run early 2>&1 >/dev/null)
    says "$message" "$RIG/net.d" && none_left
}
check a pod is refused meanwhile, with the same words -- refused_run
cni_config '[{"type": "nowhere"}]'
check a missing plugin is named -- not_ready_saying "no CNI plugin nowhere"
cni_config
check a valid configuration makes it ready at the next look -- network_ready

# ---------------------------------------------------------------------------- who reaches whom

first=$(pod_run first '{"port_mappings": [{"container_port": 80, "host_port": 8080}],
    "annotations": {"kubernetes.io/ingress-bandwidth": "100M", "kubernetes.io/egress-bandwidth": "100M",
                    "cni.dockershimd.io/mac": "02:42:0a:7b:00:99"},
    "dns_config": {"servers": ["10.0.0.10"], "searches": ["svc.rig"], "options": ["ndots:5"]}}')
second=$(pod_run second)
server=$(pod_container "$first" sh -c 'echo hello >/tmp/index.html; exec httpd -f -p 80 -h /tmp')
client=$(pod_container "$second" sleep 100000)
mapfile -t first_ips < <(pod_ips "$first")
mapfile -t second_ips < <(pod_ips "$second")

is_dual() { [[ $1 == 10.123.* && $2 == fd00:123:* ]] || { echo "# $*"; return 1; }; }
check a pod has an address of each family, in the order of the result -- is_dual "${first_ips[@]}"
check so has another, and others -- test "${second_ips[0]}" != "${first_ips[0]}"
fetch() { is "$("$@" 2>&1 | tail -n 1)" hello; }
# busybox's wget resolves names, which a static binary of this C library cannot.
pod_get() { pod_exec "$1" sh -c "printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w 10 $2 $3"; }
pod_fetch() { fetch pod_get "$client" "$1" "${2:-80}"; }
# The server needs a moment to listen.
rig_await 20 pod_fetch "${first_ips[0]}"
check pods reach each other -- pod_fetch "${first_ips[0]}"
check pods reach each other over IPv6 -- pod_fetch "${first_ips[1]}"
node_fetch() { fetch curl -sS -m 10 --noproxy '*' "http://$1/"; }
check the node reaches its pods -- node_fetch "${first_ips[0]}"
# The kernel takes an IPv6 address of the bridge into use once it has found no duplicate.
bridge_addresses_are_checked() { ! ip -6 -o addr show tentative | grep -q .; }
rig_await 30 bridge_addresses_are_checked
check the node reaches its pods over IPv6 -- node_fetch "[${first_ips[1]}]"
node_ip=$(ip -4 -o addr show dev dshim1 | awk '{ sub("/.*", "", $4); print $4 }')
check a host port works on the address of the node -- node_fetch "$node_ip:8080"
check a host port works on its loopback address -- node_fetch "127.0.0.1:8080"
check a pod reaches the host port of another -- pod_fetch "$node_ip" 8080
own_fetch() { fetch pod_get "$server" "$node_ip" 8080; }
check a pod reaches its own host port -- own_fetch
pod_reaches_node() { pod_exec "$client" ping -c 1 -W 10 "$node_ip" >/dev/null; }
check pods reach their node -- pod_reaches_node
pod_interface() { pod_exec "$server" ip addr show "$1"; }
check the loopback interface is up, without a plugin for it -- says "$(pod_interface lo)" 127.0.0.1
check the plugins got the capabilities that they declare -- says "$(pod_interface eth0)" 02:42:0a:7b:00:99
is_shaped() { says "$(tc qdisc show; tc filter show dev "$(ip -o link show master cnirig0 | head -n1 | sed 's/.*: \(veth[^@]*\)@.*/\1/')" parent ffff: 2>/dev/null)" tbf; }
check bandwidth annotations shape the traffic -- is_shaped

# ---------------------------------------------------------------------------- DNS

resolv() { pod_exec "$1" cat /etc/resolv.conf; }
asked_for=$'nameserver 10.0.0.10\nsearch svc.rig\noptions ndots:5'
check a pod has the resolv.conf it was given -- is "$(resolv "$server")" "$asked_for"
of_node=$(grep -vE '^[[:space:]]*nameserver[[:space:]]+(127\.|::1)' /etc/resolv.conf)
check a pod without DNS configuration has the one of the node -- is "$(resolv "$client")" "$of_node"
on_host=$(pod_run on-host '{"linux": {"security_context": {"namespace_options": {"network": "NODE"}}}}')
host_client=$(pod_container "$on_host" sleep 100000)
check a pod on the network of the node has exactly it -- is "$(resolv "$host_client")" "$(cat /etc/resolv.conf)"
no_address() { is "$(pod_ips "$1" | grep -v '^null$')" ""; }
check a pod on the network of the node has no address of its own -- no_address "$on_host"
pod_stop "$on_host"
check and is stopped without a plugin being asked -- is "$(record_count)" 2
pod_remove "$on_host"
mounted_file() { docker inspect -f '{{range .Mounts}}{{if eq .Destination "/etc/resolv.conf"}}{{.Source}}{{end}}{{end}}' "$1"; }
survives_restart() {
    docker restart -t 0 "$first" >/dev/null
    is "$(cat "$(mounted_file "$first")")" "$asked_for" &&
        is "$(nsenter_cat "$(docker inspect -f '{{.State.Pid}}' "$first")")" "$asked_for"
}
nsenter_cat() { cat "/proc/$1/root/etc/resolv.conf"; }
check a restart of the pause container leaves resolv.conf alone -- survives_restart
check but its network is gone, and so are its addresses -- no_address "$first"
stop_and_remove() { pod_stop "$1" && pod_remove "$1"; }
check such a pod is taken down as any other -- stop_and_remove "$first"

# ---------------------------------------------------------------------------- told without asking

freeze() { kill -STOP "$(cat "$RIG/docker.pid")"; }
thaw() { kill -CONT "$(cat "$RIG/docker.pid")"; }
told_while_frozen() {
    local told
    pod_status "$second" >/dev/null
    freeze
    told=$(timeout 20 "$BUILD/cri-client" --timeout 10 PodSandboxStatus "{\"pod_sandbox_id\": \"$second\"}" |
        jq -r .status.network.ip)
    thaw
    is "$told" "${second_ips[0]}"
}
check PodSandboxStatus needs no Docker -- told_while_frozen
shim_pid() { cat "$RIG/shim.pid"; }
starts_nothing() {
    local tracer
    pod_status "$second" >/dev/null
    strace -f -q -e trace=execve,fork,vfork,clone,clone3 -o "$RIG/strace" -p "$(shim_pid)" &
    tracer=$!
    rig_await 10 grep -q "TracerPid:[[:space:]]*[1-9]" "/proc/$(shim_pid)/status"
    for _ in $(seq 20); do pod_status "$second" >/dev/null; done
    kill "$tracer" && wait "$tracer"
    is "$(grep -E 'execve|fork|clone' "$RIG/strace" | grep -v CLONE_THREAD)" ""
}
if command -v strace >/dev/null; then
    check PodSandboxStatus starts no process -- starts_nothing
else
    skip "PodSandboxStatus starts no process" "strace is not installed"
fi
shim_stop && cni_shim_start || exit 1
check addresses are told after a restart of the daemon -- is "$(pod_ips "$second" | xargs)" "${second_ips[*]}"

# ---------------------------------------------------------------------------- taken down, whatever is gone

rm "$RIG/net.d/10-rig.conflist"
check a configuration that goes makes the network not ready -- not_ready_saying "no CNI configuration in $RIG/net.d"
goes_on() { pod_exec "$client" ping -c 1 -W 10 10.123.0.1 >/dev/null; }
check while running pods go on -- goes_on
check and are taken down all the same -- stop_and_remove "$second"
check with nothing left -- none_left

cni_config
pod=$(pod_run killed)
docker kill "$pod" >/dev/null
check a pod whose pause container was killed is taken down -- stop_and_remove "$pod"
check with nothing left -- none_left

pod=$(pod_run changed)
cni_config '[{"type": "ptp", "ipam": {"type": "host-local", "dataDir": "'"$RIG"'/ipam2", "subnet": "10.99.0.0/24"}}]'
check a pod from before a change of the configuration is taken down -- stop_and_remove "$pod"
check with nothing left -- none_left
cni_config

pod=$(pod_run unstopped)
check RemovePodSandbox detaches a pod that was never stopped -- pod_remove "$pod"
check with nothing left -- none_left

pod=$(pod_run vanished)
shim_stop
docker rm -f "$pod" >/dev/null
cni_shim_start || exit 1
check a pod that was removed behind the back of the daemon is cleaned up at its start -- rig_await 20 none_left

pod=$(pod_run rebooted)
shim_stop
docker kill "$pod" >/dev/null
umount "$RIG/run/netns/$pod" && rm -rf "$RIG/run"
cni_shim_start || exit 1
check after a reboot a pod is taken down without its namespace -- stop_and_remove "$pod"
# Its rules are those of before the reboot, which a real one takes with it.
iptables -t nat -F POSTROUTING && ip6tables -t nat -F POSTROUTING
for family in iptables ip6tables; do
    for chain in $("$family"-save | sed -nE 's/^:(CNI-[0-9a-f]{24}) .*/\1/p'); do
        "$family" -t nat -F "$chain" && "$family" -t nat -X "$chain"
    done
done
check with nothing left -- none_left

# ---------------------------------------------------------------------------- plugins that misbehave

shim_stop && cni_shim_start --cni-timeout=4s || exit 1
run_says() {
    local message
    message=$(pod_run bad 2>&1 >/dev/null)
    says "$message" "$1"
}
pods_listed() { cri ListPodSandbox | jq '.items | length'; }
cni_wrap firewall <<'WRAP'
[ "$CNI_COMMAND" = ADD ] || exec "$real"
echo 'a plugin that speaks in riddles'
exit 1
WRAP
check the words of a plugin that speaks no CNI are told -- run_says "riddles"
check what the others of its chain did is undone -- none_left
check and no sandbox stays -- is "$(pods_listed)" 0
cni_wrap firewall <<'WRAP'
[ "$CNI_COMMAND" = ADD ] || exec "$real"
sleep 100000 &
echo $! >"${0%/*}/sleeper"
wait
WRAP
check a plugin that hangs is told of -- run_says "did not end within"
sleeper_is_gone() { ! grep -q '^State:[[:space:]]*[^Z]' "/proc/$(cat "$RIG/bin/sleeper")/status" 2>/dev/null; }
check it is killed with all its processes -- rig_await 10 sleeper_is_gone
check and undone -- none_left
cni_wrap tuning <<'WRAP'
cat >/dev/null
echo '{"code": 11, "msg": "come back later", "details": "no tuning today"}'
exit 1
WRAP
rm "$RIG/bin/firewall"
check the message and the details of a CNI error are told -- run_says "come back later; no tuning today"
check a DEL that fails too is told by the pod that stays -- is "$(pods_listed)" 1
pod=$(cri ListPodSandbox | jq -r '.items[0].id')
check it fails as long as the plugin does -- fails pod_stop "$pod" 2>/dev/null
rm "$RIG/bin/tuning"
check and works when the plugin works -- stop_and_remove "$pod"
check with nothing left -- none_left

# ---------------------------------------------------------------------------- the node's pod CIDR

cni_config '[{"type": "bridge", "bridge": "cnirig0", "isGateway": true, "forceAddress": true, "capabilities": {"ipRanges": true},
    "ipam": {"type": "host-local", "dataDir": "'"$RIG"'/ipam"}}]'
check a network that wants the pod CIDR waits for it -- not_ready_saying "pod CIDR"
set_cidr() { cri UpdateRuntimeConfig "{\"runtime_config\": {\"network_config\": {\"pod_cidr\": \"$1\"}}}" >/dev/null; }
set_cidr 10.77.0.0/24,fd00:77::/64
check and is ready when it was told -- network_ready
has_prefixes() {
    local pod ips
    pod=$(pod_run "$1") && mapfile -t ips < <(pod_ips "$pod") && stop_and_remove "$pod" &&
        [[ ${ips[0]} == $2* && ${ips[1]} == $3* ]] || { echo "# ${ips[*]}"; return 1; }
}
check pods have addresses of both its families -- has_prefixes ranged 10.77.0. fd00:77::
set_cidr 10.78.0.0/24,fd00:78::/64
check a later change counts too -- has_prefixes ranged-again 10.78.0. fd00:78::
check with nothing left -- none_left

shim_stop || failed=1
exit "$failed"
