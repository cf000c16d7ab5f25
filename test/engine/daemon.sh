#!/bin/bash
# The daemon among a kubelet, an engine and an operator: engines that come and go, signals, many
# calls at once, bytes that are no calls.
set -u
. test/lib/engine.sh

condition() {
    cri Status | jq -c --arg type "$1" '.status.conditions[] | select(.type == $type) | .status'
}

condition_is() {
    [ "$(condition "$1")" = "$2" ]
}

# How many descriptors and threads the daemon has.
descriptors() {
    find "/proc/$(cat "$RIG/shim.pid")/fd" -mindepth 1 -maxdepth 1 | wc -l
}

test_version_and_status() {
    is '["docker","0.1.0","v1"]' "$(cri Version | jq -c '[.runtime_name, .version, .runtime_api_version]')"
    is "$(docker_api GET /version | jq -r .Version)" "$(cri Version | jq -r .runtime_version)"
    is true "$(condition RuntimeReady)"
    is true "$(condition NetworkReady)"
    cri Status '{"verbose":true}' | jq -e '.info.config | fromjson | .cgroupDriver == "cgroupfs"'
    is CGROUPFS "$(cri RuntimeConfig | jq -r .linux.cgroup_driver)"
}

test_an_engine_that_goes_and_comes() {
    local pod container
    pod=$(pod_run survivor)
    container=$(container_run "$pod" main)
    engine_stop
    is false "$(condition RuntimeReady)"
    matches '*docker*' "$(cri Status | jq -r '.status.conditions[0].message')"
    is docker "$(cri Version | jq -r .runtime_name)"
    cri_fails UNAVAILABLE "*" ListPodSandbox
    cri_fails UNAVAILABLE "*" ContainerStatus "{\"container_id\":\"$container\"}"
    engine_start
    rig_await 60 condition_is RuntimeReady true
    # Docker ends its containers with itself; that is seen, and everything works again.
    rig_await 60 container_is "$container" CONTAINER_EXITED
    is SANDBOX_NOTREADY "$(pod_status "$pod" | jq -r .state)"
    pod_remove "$pod"
    pod=$(pod_run again)
    is hello "$(run_in "$(container_run "$pod" main)" 'echo hello')"
    pod_remove "$pod"
}

test_what_docker_does_is_seen() {
    local pod container
    pod=$(pod_run seen)
    container=$(container_run "$pod" main)
    docker_api POST "/containers/$container/kill"
    rig_await 30 container_is "$container" CONTAINER_EXITED
    is 137 "$(container_status "$container" | jq .exit_code)"
    docker_api DELETE "/containers/$container?force=1"
    nowhere() { ! cri ContainerStatus "{\"container_id\":\"$container\"}" 2>/dev/null; }
    rig_await 30 nowhere
    pod_remove "$pod"
}

test_pods_outlive_the_daemon() {
    local pod container before
    pod=$(pod_run outlive '{"labels":{"a":"1"},"annotations":{"b":"2"},"dns_config":{"servers":["10.9.8.7"]}}')
    container=$(container_run "$pod" main '{"labels":{"c":"3"}}')
    before=$(cri PodSandboxStatus "{\"pod_sandbox_id\":\"$pod\"}" | jq -cS '.status, .containers_statuses')
    shim_stop
    shim_start
    is "$before" "$(cri PodSandboxStatus "{\"pod_sandbox_id\":\"$pod\"}" | jq -cS '.status, .containers_statuses')"
    is hello "$(run_in "$container" 'echo hello')"
    is 'nameserver 10.9.8.7' "$(run_in "$(container_run "$pod" later)" 'cat /etc/resolv.conf')"
    pod_remove "$pod"
    is '[]' "$(docker_api GET '/containers/json?all=1' | jq -c .)" "containers that are left"
}

test_a_second_daemon_is_turned_away() {
    local output status=0
    output=$("$BUILD/dockershimd" --container-runtime-endpoint="$CRI_ENDPOINT" --docker-endpoint="unix://$RIG/docker.sock" \
        --root-directory="$RIG/second" --run-directory="$RIG/second" --network-plugin=bridge 2>&1) || status=$?
    is 1 "$status" "exit status"
    matches "*$RIG/cri.sock*" "$output"
    is true "$(condition RuntimeReady)" "the first one"
}

test_the_socket() {
    is '660 root' "$(stat -c '%a %U' "$RIG/cri.sock")"
}

test_wrong_flags_name_themselves() {
    local output status=0
    output=$("$BUILD/dockershimd" --no-such-flag 2>&1) || status=$?
    is 2 "$status" "exit status"
    matches '*no-such-flag*' "$output"
    status=0
    output=$("$BUILD/dockershimd" --network-plugin=carrier-pigeon 2>&1) || status=$?
    is 2 "$status" "exit status"
    matches '*network-plugin*carrier-pigeon*' "$output"
}

test_calls_in_flight_are_finished_at_the_end() {
    local pod container answer
    pod=$(pod_run drain)
    container=$(container_run "$pod" main)
    # The command waits until the daemon has been told to end, and is still answered.
    exec_sync "$container" sh -c 'echo begun >/tmp/begun; until [ -f /tmp/go ]; do sleep 0.1; done; echo finished' >"$RIG/drained" &
    answer=$!
    rig_await 30 test -f "/proc/$(container_pid "$container")/root/tmp/begun"
    kill -TERM "$(cat "$RIG/shim.pid")"
    rig_await 30 grep -q 'ending on signal' "$RIG/shim.log"
    # Nobody new comes in.
    cri_fails UNAVAILABLE "*" Version
    touch "/proc/$(container_pid "$container")/root/tmp/go"
    wait "$answer"
    is finished "$(jq -r '.stdout | rtrimstr("\n")' "$RIG/drained")"
    rig_await 30 test -f "$RIG/shim.status"
    is 0 "$(cat "$RIG/shim.status")" "exit status"
    [ ! -e "$RIG/cri.sock" ] || fail "the socket is left"
    shim_start
    pod_remove "$pod"
}

test_calls_that_never_end_are_cancelled_at_the_end() {
    local pod container
    shim_stop
    shim_start --drain-timeout=1s
    pod=$(pod_run cancel)
    container=$(container_run "$pod" main)
    exec_sync "$container" sleep 2000 >"$RIG/cancelled" 2>&1 &
    rig_await 30 sh -c "docker_running() { grep -qa 'sleep.2000' /proc/[0-9]*/cmdline 2>/dev/null; }; docker_running"
    shim_stop
    wait $! && fail "the call succeeded"
    shim_start
    pod_remove "$pod"
}

test_500_calls_in_flight() {
    local pod container before result
    pod=$(pod_run storm)
    container=$(container_run_script "$pod" stubborn 'trap "" TERM; echo ready; while :; do sleep 0.2; done')
    rig_await 30 grep -q ready "$RIG/logs/storm/stubborn.log"
    before=$(descriptors)
    result=$("$BUILD/cri-storm" "$CRI_ENDPOINT" 500 StopContainer "{\"container_id\":\"$container\",\"timeout\":20}")
    # Version was answered while they all were under way; and all of them came to their end.
    is '[20,500,{"OK":500}]' "$(jq -c '[.versions, .in_flight, .codes]' <<<"$result")"
    is CONTAINER_EXITED "$(container_status "$container" | jq -r .state)"
    few_descriptors() { [ "$(descriptors)" -le $((before + 16)) ]; }
    rig_await 60 few_descriptors || fail "$(descriptors) descriptors are open, $before were before"
    pod_remove "$pod"
}

test_commands_in_flight() {
    local pod container result
    pod=$(pod_run execs)
    container=$(container_run "$pod" main)
    result=$("$BUILD/cri-storm" "$CRI_ENDPOINT" 60 ExecSync "{\"container_id\":\"$container\",\"cmd\":[\"sleep\",\"5\"]}")
    is '[20,{"OK":60}]' "$(jq -c '[.versions, .codes]' <<<"$result")"
    jq -e '.in_flight > 0' <<<"$result"
    pod_remove "$pod"
}

test_malformed_requests() {
    local pod container before
    pod=$(pod_run malformed)
    container=$(container_run "$pod" main)
    before=$(descriptors)
    "$BUILD/cri-malformed" "$CRI_ENDPOINT" 10000 "${SEED:-20261122}" "$pod" "$container"
    is SANDBOX_READY "$(pod_status "$pod" | jq -r .state)"
    remove_all_pods
    few_descriptors() { [ "$(descriptors)" -le $((before + 16)) ]; }
    rig_await 60 few_descriptors || fail "$(descriptors) descriptors are open, $before were before"
}

run_tests
