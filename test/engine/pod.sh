#!/bin/bash
# Pod sandboxes on a real engine.
set -u
. test/lib/engine.sh

test_a_pod_from_its_start_to_its_end() {
    local pod one two
    pod=$(pod_run life '{"labels":{"app":"life"},"annotations":{"note":"x"}}')
    one=$(container_run "$pod" one)
    two=$(container_run "$pod" two)
    is "SANDBOX_READY" "$(pod_status "$pod" | jq -r .state)"
    is '{"app":"life"}' "$(pod_status "$pod" | jq -c .labels)"
    is '{"note":"x"}' "$(pod_status "$pod" | jq -c .annotations)"
    is '["life","rig","life-uid",0]' "$(pod_status "$pod" | jq -c '.metadata | [.name, .namespace, .uid, .attempt]')"
    is 2 "$(cri ListContainers "{\"filter\":{\"pod_sandbox_id\":\"$pod\"}}" | jq '.containers | length')"
    # Stopping the pod stops its containers first.
    cri StopPodSandbox "{\"pod_sandbox_id\":\"$pod\"}"
    is "SANDBOX_NOTREADY" "$(pod_status "$pod" | jq -r .state)"
    is "CONTAINER_EXITED" "$(container_status "$one" | jq -r .state)"
    is "CONTAINER_EXITED" "$(container_status "$two" | jq -r .state)"
    cri RemovePodSandbox "{\"pod_sandbox_id\":\"$pod\"}"
    cri_fails NOT_FOUND "$pod" PodSandboxStatus "{\"pod_sandbox_id\":\"$pod\"}"
    cri_fails NOT_FOUND "$one" ContainerStatus "{\"container_id\":\"$one\"}"
    is '[]' "$(docker_api GET '/containers/json?all=1' | jq -c .)" "containers that are left"
}

test_removing_a_running_pod_takes_everything() {
    local pod container pid
    pod=$(pod_run forced)
    container=$(container_run "$pod" main)
    pid=$(container_pid "$container")
    cri RemovePodSandbox "{\"pod_sandbox_id\":\"$pod\"}"
    [ ! -d "/proc/$pid/fd" ] || [ -z "$(ls "/proc/$pid/fd" 2>/dev/null)" ] || fail "the container's process lives"
    is '[]' "$(cri ListContainers | jq -c .containers)"
    is '[]' "$(cri ListPodSandbox | jq -c .items)"
}

test_stopping_and_removing_twice_is_fine() {
    local pod container
    pod=$(pod_run twice)
    container=$(container_run "$pod" main)
    container_stop "$container"
    container_stop "$container"
    cri RemoveContainer "{\"container_id\":\"$container\"}"
    cri RemoveContainer "{\"container_id\":\"$container\"}"
    container_stop "$container"
    pod_remove "$pod"
    pod_remove "$pod"
}

test_unknown_ids() {
    local id=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
    container_stop $id
    cri RemoveContainer "{\"container_id\":\"$id\"}"
    pod_remove $id
    cri_fails NOT_FOUND $id ContainerStatus "{\"container_id\":\"$id\"}"
    cri_fails NOT_FOUND $id PodSandboxStatus "{\"pod_sandbox_id\":\"$id\"}"
    cri_fails NOT_FOUND $id StartContainer "{\"container_id\":\"$id\"}"
    cri_fails NOT_FOUND $id ExecSync "{\"container_id\":\"$id\",\"cmd\":[\"true\"]}"
    cri_fails NOT_FOUND $id UpdateContainerResources "{\"container_id\":\"$id\",\"linux\":{}}"
    cri_fails NOT_FOUND $id ReopenContainerLog "{\"container_id\":\"$id\"}"
    cri_fails NOT_FOUND $id CreateContainer \
        "{\"pod_sandbox_id\":\"$id\",\"config\":{\"metadata\":{\"name\":\"x\"},\"image\":{\"image\":\"$IMAGE\"}}}"
}

test_an_unique_beginning_of_an_id_will_do() {
    local pod container
    pod=$(pod_run prefix)
    container=$(container_run "$pod" main)
    is "$pod" "$(pod_status "${pod:0:12}" | jq -r .id)"
    is "$container" "$(container_status "${container:0:12}" | jq -r .id)"
    is "hi" "$(run_in "${container:0:13}" 'echo hi')"
    # A name is no id, and another kind's id is none either.
    cri_fails NOT_FOUND k8s_ ContainerStatus "{\"container_id\":\"$(inspect "$container" '.Name[1:]')\"}"
    cri_fails NOT_FOUND "${pod:0:12}" ContainerStatus "{\"container_id\":\"${pod:0:12}\"}"
    pod_remove "$pod"
}

test_containers_of_others_do_not_exist() {
    local id
    id=$(docker_api POST /containers/create -d '{"Image":"rig/busybox:1","Cmd":["sleep","1000"]}' | jq -r .Id)
    docker_api POST "/containers/$id/start"
    is '[]' "$(cri ListContainers | jq -c .containers)"
    cri_fails NOT_FOUND "$id" ContainerStatus "{\"container_id\":\"$id\"}"
    container_stop "$id"
    cri RemoveContainer "{\"container_id\":\"$id\"}"
    is true "$(inspect "$id" .State.Running)" "whether it still runs"
    docker_api DELETE "/containers/$id?force=1"
}

test_a_name_that_is_taken() {
    local config first second
    config=$(pod_config conflict)
    first=$(pod_run conflict)
    # A running holder is never touched.
    cri_fails ALREADY_EXISTS "$first" RunPodSandbox "{\"config\":$config}"
    is SANDBOX_READY "$(pod_status "$first" | jq -r .state)"
    # A dead one is replaced, at the first try.
    cri StopPodSandbox "{\"pod_sandbox_id\":\"$first\"}"
    second=$(cri RunPodSandbox "{\"config\":$config}" | jq -r .pod_sandbox_id)
    [ "$first" != "$second" ]
    cri_fails NOT_FOUND "$first" PodSandboxStatus "{\"pod_sandbox_id\":\"$first\"}"
    # The next attempt has a name of its own.
    cri RunPodSandbox "{\"config\":$(merge "$config" '{"metadata":{"attempt":1}}')}"
    is 2 "$(cri ListPodSandbox | jq '.items | length')"
    remove_all_pods
}

test_a_container_name_that_is_taken() {
    local pod first second
    pod=$(pod_run conflict2)
    first=$(container_run "$pod" main)
    cri_fails ALREADY_EXISTS "$first" CreateContainer \
        "{\"pod_sandbox_id\":\"$pod\",\"config\":{\"metadata\":{\"name\":\"main\"},\"image\":{\"image\":\"$IMAGE\"}}}"
    container_stop "$first"
    second=$(container_run "$pod" main)
    cri_fails NOT_FOUND "$first" ContainerStatus "{\"container_id\":\"$first\"}"
    is CONTAINER_RUNNING "$(container_status "$second" | jq -r .state)"
    pod_remove "$pod"
}

test_filters() {
    local one two container
    one=$(pod_run filter1 '{"labels":{"app":"a","tier":"front"}}')
    two=$(pod_run filter2 '{"labels":{"app":"b"}}')
    container=$(container_run "$one" main '{"labels":{"app":"a"}}')
    cri StopPodSandbox "{\"pod_sandbox_id\":\"$two\"}"
    pods() { cri ListPodSandbox "{\"filter\":$1}" | jq -cr '[.items[].id] | join(" ")'; }
    is "$one" "$(pods '{"label_selector":{"app":"a"}}')"
    is "$one" "$(pods '{"label_selector":{"app":"a","tier":"front"}}')"
    is "" "$(pods '{"label_selector":{"app":"a","tier":"back"}}')"
    is "$one" "$(pods '{"state":{"state":"SANDBOX_READY"}}')"
    is "$two" "$(pods '{"state":{"state":"SANDBOX_NOTREADY"}}')"
    is "$two" "$(pods "{\"id\":\"$two\"}")"
    is "$two" "$(pods "{\"id\":\"${two:0:10}\"}")"
    is "" "$(pods "{\"id\":\"$two\",\"state\":{\"state\":\"SANDBOX_READY\"}}")"
    containers() { cri ListContainers "{\"filter\":$1}" | jq -cr '[.containers[].id] | join(" ")'; }
    is "$container" "$(containers '{}')"
    is "$container" "$(containers "{\"pod_sandbox_id\":\"$one\"}")"
    is "" "$(containers "{\"pod_sandbox_id\":\"$two\"}")"
    is "$container" "$(containers '{"state":{"state":"CONTAINER_RUNNING"},"label_selector":{"app":"a"}}')"
    is "" "$(containers '{"state":{"state":"CONTAINER_EXITED"}}')"
    is "$container" "$(containers "{\"id\":\"${container:0:10}\"}")"
    # The streams have what the lists have.
    is 2 "$(cri StreamPodSandboxes | jq -s '[.[].pod_sandboxes[]] | length')"
    is "$container" "$(cri StreamContainers | jq -sr '[.[].containers[].id] | join(" ")')"
    remove_all_pods
}

test_address_and_neighbours() {
    local one two ip client
    one=$(pod_run net1)
    two=$(pod_run net2)
    ip=$(pod_status "$one" | jq -r .network.ip)
    matches "10.254.*" "$ip" address
    container_run_script "$one" server 'while echo hello | nc -l -p 8080; do :; done' >/dev/null
    client=$(container_run "$two" client)
    is hello "$(run_in "$client" "until nc -w 5 $ip 8080 </dev/null; do sleep 0.1; done")"
    # All containers of a pod have its address.
    is "$ip" "$(run_in "$(container_run "$one" other)" 'hostname -i')"
    remove_all_pods
}

test_ports_of_the_host() {
    local pod port
    port=$((30000 + RANDOM % 2000))
    pod=$(pod_run ports "{\"port_mappings\":[{\"container_port\":8080,\"host_port\":$port,\"host_ip\":\"127.0.0.1\"}]}")
    container_run_script "$pod" server 'echo hello >/tmp/index.html; httpd -f -p 8080 -h /tmp' >/dev/null
    rig_await 30 curl -fsS "http://127.0.0.1:$port/" || fail "nobody answers on port $port"
    is hello "$(curl -fsS "http://127.0.0.1:$port/")"
    pod_remove "$pod"
}

test_hostname() {
    local pod container
    pod=$(pod_run named '{"hostname":"web-0"}')
    container=$(container_run "$pod" main)
    is web-0 "$(run_in "$container" hostname)"
    matches "*web-0*" "$(run_in "$container" 'cat /etc/hosts')" "/etc/hosts"
    pod_remove "$pod"
}

test_the_hosts_network() {
    local pod container
    pod=$(pod_run hostnet '{"linux":{"security_context":{"namespace_options":{"network":"NODE"}}}}')
    container=$(container_run "$pod" main '{"linux":{"security_context":{"namespace_options":{"network":"NODE","pid":"CONTAINER"}}}}')
    is "$(readlink /proc/self/ns/net)" "$(run_in "$container" 'readlink /proc/self/ns/net')"
    is "$(hostname)" "$(run_in "$container" hostname)"
    is "" "$(pod_status "$pod" | jq -r .network.ip)"
    is NODE "$(pod_status "$pod" | jq -r .linux.namespaces.options.network)"
    pod_remove "$pod"
}

test_process_namespaces() {
    local pod shared own host target node
    pod=$(pod_run pids)
    shared=$(container_run "$pod" shared '{"linux":{"security_context":{"namespace_options":{"pid":"POD"}}}}')
    own=$(container_run "$pod" own '{"linux":{"security_context":{"namespace_options":{"pid":"CONTAINER"}}}}')
    target=$(container_run "$pod" target "{\"linux\":{\"security_context\":{\"namespace_options\":{\"pid\":\"TARGET\",\"target_id\":\"$own\"}}}}")
    is sleep "$(run_in "$own" 'cat /proc/1/comm')"
    is pause "$(run_in "$shared" 'cat /proc/1/comm')"
    is "$(run_in "$own" 'readlink /proc/self/ns/pid')" "$(run_in "$target" 'readlink /proc/self/ns/pid')"
    node=$(pod_run nodepid '{"linux":{"security_context":{"namespace_options":{"pid":"NODE"}}}}')
    host=$(container_run "$node" main '{"linux":{"security_context":{"namespace_options":{"pid":"NODE"}}}}')
    is "$(readlink /proc/self/ns/pid)" "$(run_in "$host" 'readlink /proc/self/ns/pid')"
    is NODE "$(pod_status "$node" | jq -r .linux.namespaces.options.pid)"
    remove_all_pods
}

test_other_namespaces_are_the_pods() {
    local pod one two space
    pod=$(pod_run spaces)
    one=$(container_run "$pod" one)
    two=$(container_run "$pod" two)
    namespace() { run_in "$1" "readlink /proc/self/ns/$2"; }
    for space in net ipc; do
        is "$(namespace "$one" $space)" "$(namespace "$two" $space)" $space
        [ "$(namespace "$one" $space)" != "$(readlink /proc/self/ns/$space)" ] || fail "$space is the host's"
    done
    # Docker has no way to share this one; the hostname in it is the same.
    [ "$(namespace "$one" uts)" != "$(readlink /proc/self/ns/uts)" ] || fail "uts is the host's"
    is "$(run_in "$one" hostname)" "$(run_in "$two" hostname)"
    # Shared memory is the pod's.
    run_in "$one" 'echo shared >/dev/shm/file'
    is shared "$(run_in "$two" 'cat /dev/shm/file')"
    pod_remove "$pod"
}

test_dns_survives_a_restart_of_the_pause_container() {
    local pod container config='nameserver 10.9.8.7
nameserver 10.9.8.6
search one.example two.example
options ndots:5 timeout:1'
    pod=$(pod_run dns '{"dns_config":{"servers":["10.9.8.7","10.9.8.6"],"searches":["one.example","two.example"],"options":["ndots:5","timeout:1"]}}')
    container=$(container_run "$pod" main)
    is "$config" "$(run_in "$container" 'cat /etc/resolv.conf')"
    docker_api POST "/containers/$pod/restart?t=0"
    is "$config" "$(cat "/proc/$(container_pid "$pod")/root/etc/resolv.conf")" "the sandbox's file"
    is "$config" "$(run_in "$(container_run "$pod" later)" 'cat /etc/resolv.conf')" "a new container's file"
    pod_remove "$pod"
    is "" "$(find "$RIG/shim" -path '*resolv*' -type f)" "files that are left"
}

test_sysctls() {
    local pod container
    pod=$(pod_run sysctl '{"linux":{"sysctls":{"net.ipv4.ip_unprivileged_port_start":"99","kernel.shm_rmid_forced":"1"}}}')
    container=$(container_run "$pod" main)
    is 99 "$(run_in "$container" 'cat /proc/sys/net/ipv4/ip_unprivileged_port_start')"
    is 1 "$(run_in "$container" 'cat /proc/sys/kernel/shm_rmid_forced')"
    pod_remove "$pod"
}

test_runtime_handlers() {
    local pod container
    pod=$(pod_run handled '{}' rig)
    container=$(container_run "$pod" main)
    is rig "$(pod_status "$pod" | jq -r .runtime_handler)"
    is rig "$(inspect "$pod" .HostConfig.Runtime)"
    is rig "$(inspect "$container" .HostConfig.Runtime)"
    is rig "$(cri ListPodSandbox | jq -r '.items[0].runtime_handler')"
    cri_fails FAILED_PRECONDITION nosuch RunPodSandbox "{\"config\":$(pod_config other),\"runtime_handler\":\"nosuch\"}"
    is '["","rig","runc"]' "$(cri Status | jq -c '[.runtime_handlers[].name | select(IN("", "rig", "runc"))]')"
    pod_remove "$pod"
}

test_what_the_pause_container_asks_for() {
    local pod
    pod=$(pod_run pause '{"linux":{"security_context":{"privileged":true}}}')
    is -998 "$(inspect "$pod" .HostConfig.OomScoreAdj)"
    is false "$(inspect "$pod" .HostConfig.Privileged)"
    is "$(cgroup_parent)" "$(inspect "$pod" .HostConfig.CgroupParent)"
    matches "dockershimd/pause:*" "$(inspect "$pod" .Config.Image)"
    pod_remove "$pod"
}

test_the_pause_process_reaps() {
    local pod container
    pod=$(pod_run reaper)
    container=$(container_run_script "$pod" main 'sleep 1000' '{"linux":{"security_context":{"namespace_options":{"pid":"POD"}}}}')
    run_in "$container" '(sleep 0.1 &) ; sleep 0.5; for s in /proc/[0-9]*/stat; do read -r line <$s; case $line in *") Z "*) echo "$line"; exit 1 ;; esac; done'
    pod_remove "$pod"
}

test_a_pod_that_cannot_start_leaves_nothing() {
    local config
    config=$(pod_config nostart '{"linux":{"sysctls":{"net.no.such.thing":"1"}}}')
    cri_fails "*" "no/such/thing" RunPodSandbox "{\"config\":$config}"
    is '[]' "$(cri ListPodSandbox | jq -c .items)"
    is '[]' "$(docker_api GET '/containers/json?all=1' | jq -c .)" "containers that are left"
}

test_user_namespaces_are_refused() {
    cri_fails FAILED_PRECONDITION user RunPodSandbox "{\"config\":$(pod_config userns '{"linux":{"security_context":{"namespace_options":{"userns_options":{"mode":"POD","uids":[{"host_id":65536,"container_id":0,"length":65536}],"gids":[{"host_id":65536,"container_id":0,"length":65536}]}}}}}')}"
    is '[]' "$(cri ListPodSandbox | jq -c .items)"
}

test_verbose_status_is_json() {
    local pod
    pod=$(pod_run verbose)
    cri PodSandboxStatus "{\"pod_sandbox_id\":\"$pod\",\"verbose\":true}" | jq -e '.info.info | fromjson | .pid > 0'
    cri PodSandboxStatus "{\"pod_sandbox_id\":\"$pod\"}" | jq -e '.info == {} and .timestamp > 0'
    pod_remove "$pod"
}

run_tests
