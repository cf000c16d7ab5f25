#!/bin/bash
# Resource limits on a real engine: what was asked for is in the cgroup, and is told.
set -u
. test/lib/engine.sh

MIB=1048576

setup() {
    pod=$(pod_run resources)
    share pod
}

# limited NAME RESOURCES: a running container.
limited() {
    container_run "$pod" "$1" "{\"linux\":{\"resources\":$2}}"
}

update() {
    cri UpdateContainerResources "{\"container_id\":\"$1\",\"linux\":$2}"
}

# Both versions of cgroups, in the words of the first.
memory_limit() {
    if [ "$(cgroup_version)" = 2 ]; then cgroup_file "$1" memory memory.max; else cgroup_file "$1" memory memory.limit_in_bytes; fi
}
cpu_limit() {
    if [ "$(cgroup_version)" = 2 ]; then cgroup_file "$1" cpu cpu.max; else
        echo "$(cgroup_file "$1" cpu cpu.cfs_quota_us) $(cgroup_file "$1" cpu cpu.cfs_period_us)"
    fi
}

test_limits_from_the_start() {
    local id
    id=$(limited start "{\"cpu_period\":100000,\"cpu_quota\":50000,\"cpu_shares\":512,\"memory_limit_in_bytes\":$((64 * MIB)),\"cpuset_cpus\":\"0\",\"cpuset_mems\":\"0\"}")
    is "50000 100000" "$(cpu_limit "$id")"
    is $((64 * MIB)) "$(memory_limit "$id")"
    is 0 "$(cgroup_file "$id" cpuset cpuset.cpus)"
    [ "$(cgroup_version)" = 2 ] || is 512 "$(cgroup_file "$id" cpu cpu.shares)"
    is "{\"cpu_period\":100000,\"cpu_quota\":50000,\"cpu_shares\":512,\"memory_limit_in_bytes\":$((64 * MIB)),\"cpuset_cpus\":\"0\",\"cpuset_mems\":\"0\"}" \
        "$(container_status "$id" | jq -c '.resources.linux | {cpu_period, cpu_quota, cpu_shares, memory_limit_in_bytes, cpuset_cpus, cpuset_mems}')"
}

test_limits_that_change() {
    local id
    id=$(limited change "{\"cpu_period\":100000,\"cpu_quota\":50000,\"memory_limit_in_bytes\":$((64 * MIB))}")
    update "$id" '{"cpu_period":100000,"cpu_quota":20000,"cpu_shares":256}'
    is "20000 100000" "$(cpu_limit "$id")"
    is $((64 * MIB)) "$(memory_limit "$id")" "memory, which was not mentioned"
    # Up and down, beyond the old value with swap included.
    update "$id" "{\"memory_limit_in_bytes\":$((256 * MIB))}"
    is $((256 * MIB)) "$(memory_limit "$id")"
    update "$id" "{\"memory_limit_in_bytes\":$((32 * MIB))}"
    is $((32 * MIB)) "$(memory_limit "$id")"
    is "[20000,256,$((32 * MIB))]" "$(container_status "$id" | jq -c '.resources.linux | [.cpu_quota, .cpu_shares, .memory_limit_in_bytes]')"
    # Nothing to change is fine.
    update "$id" '{}'
}

test_a_limit_that_makes_no_sense() {
    local id
    id=$(limited nonsense '{}')
    cri_fails INVALID_ARGUMENT "*" UpdateContainerResources "{\"container_id\":\"$id\",\"linux\":{\"cpu_quota\":7}}"
    cri_fails INVALID_ARGUMENT linux UpdateContainerResources "{\"container_id\":\"$id\"}"
}

test_swap() {
    local id
    [ "$(cgroup_version)" = 2 ] || [ -f /sys/fs/cgroup/memory/memory.memsw.limit_in_bytes ] || skip "no swap accounting in this kernel"
    id=$(limited swap "{\"memory_limit_in_bytes\":$((64 * MIB)),\"memory_swap_limit_in_bytes\":$((96 * MIB))}")
    if [ "$(cgroup_version)" = 2 ]; then
        is $((32 * MIB)) "$(cgroup_file "$id" memory memory.swap.max)"
    else
        is $((96 * MIB)) "$(cgroup_file "$id" memory memory.memsw.limit_in_bytes)"
    fi
}

test_huge_pages() {
    local id
    [ -d /sys/fs/cgroup/hugetlb ] || grep -qs hugetlb /sys/fs/cgroup/cgroup.controllers || skip "no hugetlb controller"
    [ -d /sys/kernel/mm/hugepages/hugepages-2048kB ] || skip "no huge pages of 2 MB"
    id=$(limited huge "{\"hugepage_limits\":[{\"page_size\":\"2MB\",\"limit\":$((4 * MIB))}]}")
    if [ "$(cgroup_version)" = 2 ]; then
        is $((4 * MIB)) "$(cgroup_file "$id" hugetlb hugetlb.2MB.max)"
    else
        is $((4 * MIB)) "$(cgroup_file "$id" hugetlb hugetlb.2MB.limit_in_bytes)"
    fi
}

test_unified_entries() {
    local id
    if [ "$(cgroup_version)" = 1 ]; then
        # They are cgroup v2's: an error, never a container without them.
        cri_fails FAILED_PRECONDITION unified CreateContainer "{\"pod_sandbox_id\":\"$pod\",\"config\":{\"metadata\":{\"name\":\"unified\"},
            \"image\":{\"image\":\"$IMAGE\"},\"linux\":{\"resources\":{\"unified\":{\"memory.high\":\"1000000\"}}}}}"
        return
    fi
    id=$(limited unified "{\"unified\":{\"memory.high\":\"$((64 * MIB))\"}}")
    is $((64 * MIB)) "$(cgroup_file "$id" memory memory.high)"
}

test_everything_is_in_the_pods_cgroup() {
    local id line
    id=$(limited parent '{}')
    line=$(grep -E '(^0::|:memory:|,memory:|:memory,)' "/proc/$(container_pid "$id")/cgroup" | grep -m1 dockershimd-rig)
    matches "*$(cgroup_parent)/*" "$line"
}

run_tests
