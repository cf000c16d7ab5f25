# shellcheck shell=bash
# Pods on a CNI network, as functions to source after rig.sh. They belong into a network namespace of
# their own (own-network.sh).
#
#   $RIG/net.d    the daemon's configuration directory
#   $RIG/bin      wrappers of Debian's plugins (cni_wrap), looked into before them
#   $RIG/ipam     host-local's files
#   $RIG/cache    the result cache

#
# Other plugins than Debian's, and a newer version of CNI, can be tried by setting these:
CNI_PLUGINS=${CNI_PLUGINS:-/usr/lib/cni}
CNI_VERSION=${CNI_VERSION:-1.0.0}

# The plugins of the whole chain, as JSON.
cni_plugins() {
    cat <<JSON
[{"type": "bridge", "bridge": "cnirig0", "isGateway": true, "ipMasq": true, "hairpinMode": true,
  "ipam": {"type": "host-local", "dataDir": "$RIG/ipam",
           "ranges": [[{"subnet": "10.123.0.0/16"}], [{"subnet": "fd00:123::/64"}]],
           "routes": [{"dst": "0.0.0.0/0"}, {"dst": "::/0"}]}},
 {"type": "portmap", "snat": true, "capabilities": {"portMappings": true}},
 {"type": "bandwidth", "capabilities": {"bandwidth": true}},
 {"type": "firewall"},
 {"type": "tuning", "capabilities": {"mac": true}, "sysctl": {"net.core.somaxconn": "500"}}]
JSON
}

# cni_config [PLUGINS]: the network "rig", in one step, so that nobody sees half of it.
cni_config() {
    mkdir -p "$RIG/net.d"
    jq -n --argjson plugins "${1:-$(cni_plugins)}" --arg version "$CNI_VERSION" \
        '{cniVersion: $version, name: "rig", plugins: $plugins}' \
        >"$RIG/net.d/new" && mv "$RIG/net.d/new" "$RIG/net.d/10-rig.conflist"
}

# cni_shim_start [FLAG...]
cni_shim_start() {
    mkdir -p "$RIG/net.d" "$RIG/bin"
    shim_start --network-plugin=cni --cni-conf-dir="$RIG/net.d" --cni-bin-dir="$RIG/bin,$CNI_PLUGINS" \
        --cni-cache-dir="$RIG/cache" "$@"
}

# cni_wrap PLUGIN: the shell text on stdin runs in its place, with $real as the path of the plugin.
cni_wrap() {
    mkdir -p "$RIG/bin"
    { printf '#!/bin/bash\nreal=%s/%s\n' "$CNI_PLUGINS" "$1" && cat; } >"$RIG/bin/$1.new" &&
        chmod +x "$RIG/bin/$1.new" && mv "$RIG/bin/$1.new" "$RIG/bin/$1"
}

# cri METHOD [JSON]
cri() { "$BUILD/cri-client" --timeout 300 "$@"; }

# pod_run NAME [FIELDS]: the id of a new sandbox; FIELDS is JSON that is added to its configuration.
pod_run() {
    local config=${2:-'{}'}
    cri RunPodSandbox "$(jq -cn --arg name "$1" --argjson more "$config" \
        '{config: ({metadata: {name: $name, namespace: "rig", uid: "uid-\($name)"}, linux: {}} + $more)}')" |
        jq -r .pod_sandbox_id
}
pod_stop() { cri StopPodSandbox "{\"pod_sandbox_id\": \"$1\"}" >/dev/null; }
pod_remove() { cri RemovePodSandbox "{\"pod_sandbox_id\": \"$1\"}" >/dev/null; }
pod_status() { cri PodSandboxStatus "{\"pod_sandbox_id\": \"$1\"}"; }

# pod_ips ID: all addresses, in their order, one a line.
pod_ips() {
    pod_status "$1" | jq -r '.status.network | .ip, (.additional_ips // [])[].ip'
}

# pod_container ID COMMAND...: a running container in the pod; its id.
pod_container() {
    local pod=$1 name=c$RANDOM$RANDOM id
    shift
    id=$(cri CreateContainer "$(jq -cn --arg pod "$pod" --arg name "$name" --args \
        '{pod_sandbox_id: $pod, config: {metadata: {name: $name}, image: {image: "rig/busybox:1"},
          command: $ARGS.positional, linux: {}},
          sandbox_config: {metadata: {name: "x", namespace: "rig", uid: "x"}}}' -- "$@")" |
        jq -r .container_id) &&
        cri StartContainer "{\"container_id\": \"$id\"}" >/dev/null && echo "$id"
}

# pod_exec CONTAINER COMMAND...: its output; fails as the command does.
pod_exec() {
    local id=$1 answer
    shift
    answer=$(cri ExecSync "$(jq -cn --arg id "$id" --args \
        '{container_id: $id, timeout: 30, cmd: $ARGS.positional}' -- "$@")") || return 1
    jq -rj '.stdout // "" | if type == "object" then .base64 | @base64d else . end' <<<"$answer"
    [ "$(jq -r .exit_code <<<"$answer")" = 0 ]
}

network_ready() {
    cri Status | jq -e '.status.conditions[] | select(.type == "NetworkReady").status' >/dev/null
}
network_message() {
    cri Status | jq -r '.status.conditions[] | select(.type == "NetworkReady").message'
}

# ---------------------------------------------------------------------------- what is there of pods

# Everything that a pod on this network leaves on the node while it lives, by sandbox id, sorted; for
# whoever compares it with the pods that live. Each line is KIND ID, or KIND and something strange.
cni_traces() {
    {
        find "$RIG/ipam/rig" -type f ! -name lock ! -name 'last_reserved_ip.*' -exec head -qn1 {} + \
            2>/dev/null | tr -d '\r' | sed 's/ .*//; s/^/address /'
        find "$RIG/cache/results" -type f -printf 'cache %f\n' 2>/dev/null |
            sed -E 's/^cache rig-([0-9a-f]{64})-eth0$/cache \1/'
        find "$RIG/shim/network" -type f -printf 'intent %f\n' 2>/dev/null | sed 's/\.json$//'
        find "$RIG/run/network" -type f -printf 'result %f\n' 2>/dev/null | sed 's/\.json$//'
        find "$RIG/run/netns" -type f -printf 'pin %f\n' 2>/dev/null
        awk -v pins="$RIG/run/netns/" 'index($5, pins) == 1 { print "mount", substr($5, length(pins) + 1) }' \
            /proc/self/mountinfo
        # The rules that name their pod do so in a comment: name: "rig" id: "…".
        { iptables-save; ip6tables-save; } | grep -oE 'id: \\?"[0-9a-f]{64}' | sed 's/.*"/rule /'
    } | sort
}

# Traces that name no pod: how many of each.
cni_counts() {
    echo "veths $(ip -o link show type veth | wc -l)"
    echo "ports $(ip -o link show master cnirig0 2>/dev/null | wc -l)"
    echo "chains $({ iptables-save; ip6tables-save; } | grep -cE '^:CNI-(DN-)?[0-9a-f]{24} ')"
    echo "forwards $({ iptables-save; ip6tables-save; } | grep -cE '^-A CNI-FORWARD -[sd] ')"
    echo "shapers $(ip -o link show type ifb | wc -l)"
    echo "resolv $(find "$RIG/shim/resolv" -type f 2>/dev/null | wc -l)"
}
