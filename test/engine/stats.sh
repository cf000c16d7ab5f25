#!/bin/bash
# Statistics of real containers: what the kernel's own files say, for what runs, whatever ends.
set -u
. test/lib/engine.sh

MIB=1048576

setup() {
    pod=$(pod_run stats)
    share pod
}

container_stats() {
    cri ContainerStats "{\"container_id\":\"$1\"}" | jq -c .stats
}

list_ids() {
    cri ListContainerStats "$1" | jq -r '.stats[].attributes.id' | sort
}

cpu_usage_ns() {
    if [ "$(cgroup_version)" = 2 ]; then
        cgroup_file "$1" cpu cpu.stat | awk '$1 == "usage_usec" { print $2 * 1000 }'
    else
        cgroup_file "$1" cpuacct cpuacct.usage
    fi
}

memory_stat() {
    cgroup_file "$1" memory memory.stat | awk -v key="$2" '$1 == key || $1 == "total_" key { value = $2 } END { print value }'
}

between() {
    [ "$2" -ge "$1" ] && [ "$2" -le "$3" ] || fail "$4: $2 is not between $1 and $3"
}

test_counters_are_the_kernels() {
    local id before got after
    id=$(container_run_script "$pod" counters 'while :; do :; done')
    before=$(cpu_usage_ns "$id")
    got=$(container_stats "$id" | jq .cpu.usage_core_nano_seconds.value)
    after=$(cpu_usage_ns "$id")
    between "$before" "$got" "$after" "nanoseconds of CPU"
    before=$(memory_stat "$id" pgfault)
    got=$(container_stats "$id" | jq .memory.page_faults.value)
    after=$(memory_stat "$id" pgfault)
    between "$before" "$got" "$after" "page faults"
    container_stop "$id"
}

test_memory_adds_up() {
    local id stats
    id=$(container_run "$pod" memory "{\"linux\":{\"resources\":{\"memory_limit_in_bytes\":$((64 * MIB))}}}")
    stats=$(container_stats "$id")
    is $((64 * MIB)) "$(jq '.memory | .available_bytes.value + .working_set_bytes.value' <<<"$stats")" "available and working set"
    is true "$(jq '.memory | .usage_bytes.value >= .working_set_bytes.value and .timestamp > 0' <<<"$stats")"
    # Without a limit nothing is said to be available.
    id=$(container_run "$pod" unlimited)
    is null "$(container_stats "$id" | jq .memory.available_bytes)"
}

test_lists_have_what_runs() {
    local one two created
    one=$(container_run "$pod" one '{"labels":{"app":"one"}}')
    two=$(container_run "$pod" two '{"labels":{"app":"two"}}')
    created=$(container_create "$pod" created '{"labels":{"app":"one"}}')
    is "$one" "$(list_ids '{"filter":{"label_selector":{"app":"one"}}}')" "by label"
    is "$two" "$(list_ids "{\"filter\":{\"id\":\"${two:0:12}\"}}")" "by the beginning of the id"
    is true "$(cri ListContainerStats "{\"filter\":{\"pod_sandbox_id\":\"$pod\"}}" | jq "[.stats[].attributes.id] | contains([\"$one\",\"$two\"]) and (contains([\"$created\"]) | not)")"
    container_stop "$two"
    is "" "$(list_ids '{"filter":{"label_selector":{"app":"two"}}}')" "one that has ended"
    is "[\"two\",null]" "$(container_stats "$two" | jq -c '[.attributes.metadata.name, .memory]')"
}

test_the_pod_as_a_whole() {
    local id stats count
    id=$(container_run "$pod" member)
    stats=$(cri PodSandboxStats "{\"pod_sandbox_id\":\"$pod\"}" | jq -c .stats)
    is true "$(jq ".linux.containers | map(.attributes.id) | contains([\"$id\"])" <<<"$stats")"
    count=$(jq '.linux.containers | length' <<<"$stats")
    [ "$(jq .linux.process.process_count.value <<<"$stats")" -gt "$count" ] || fail "the pause process is not counted: $stats"
    is true "$(jq '.linux.memory.working_set_bytes.value >= .linux.containers[0].memory.working_set_bytes.value' <<<"$stats")"
    is "[\"$pod\"]" "$(cri ListPodSandboxStats "{\"filter\":{\"id\":\"$pod\"}}" | jq -c '[.stats[].attributes.id]')"
}

written() {
    [ "$(container_stats "$1" | jq '.writable_layer.used_bytes.value // 0')" -ge $((8 * MIB)) ]
}

test_the_writable_layer_is_measured_in_time() {
    local id
    id=$(container_create "$pod" writer '{"command":["sh","-c","sleep 1000"]}')
    container_start "$id"
    run_in "$id" 'dd if=/dev/zero of=/file bs=1M count=8 2>/dev/null && ln /file /again'
    # It is measured again after the end.
    container_stop "$id"
    rig_await 30 written "$id" || fail "$(container_stats "$id")"
    [ "$(container_stats "$id" | jq .writable_layer.used_bytes.value)" -lt $((16 * MIB)) ] || fail "a file of two names was counted twice"
    [ -d "$(container_stats "$id" | jq -r .writable_layer.fs_id.mountpoint)" ] || fail "the store's directory is not there"
}

test_metrics_fit_their_descriptors() {
    local id
    id=$(container_run "$pod" metrics)
    cri ListMetricDescriptors '{}' >"$RIG/descriptors.json"
    cri ListPodSandboxMetrics '{}' >"$RIG/metrics.json"
    is 0 "$(jq -n --slurpfile d "$RIG/descriptors.json" --slurpfile m "$RIG/metrics.json" '
        ($d[0].descriptors | map({(.name): (.label_keys | length)}) | add) as $labels |
        [$m[0].pod_metrics[] | (.metrics[], .container_metrics[].metrics[]) |
         select((.label_values | length) != $labels[.name])] | length')" "metrics with other labels than said"
    is "metrics" "$(jq -r --arg id "$id" '.pod_metrics[].container_metrics[] | select(.container_id == $id) |
        .metrics[] | select(.name == "container_memory_working_set_bytes").label_values[0]' "$RIG/metrics.json")"
}

run_tests
