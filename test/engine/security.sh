#!/bin/bash
# What a container may do, on a real engine.
set -u
. test/lib/engine.sh

setup() {
    pod=$(pod_run security)
    share pod
}

# secured NAME SECURITY_CONTEXT [CONFIG]: a running container.
secured() {
    container_run "$pod" "$1" "$(merge "{\"linux\":{\"security_context\":$2}}" "${3:-{\}}")"
}

# refused CODE TEXT NAME SECURITY_CONTEXT: it cannot be created.
refused() {
    cri_fails "$1" "$2" CreateContainer "{\"pod_sandbox_id\":\"$pod\",\"config\":{\"metadata\":{\"name\":\"$3\"},
        \"image\":{\"image\":\"$IMAGE\"},\"linux\":{\"security_context\":$4}}}"
}

# status_of CONTAINER FIELD: of its first process, as the kernel tells it.
status_of() {
    sed -n "s/^$2:[[:space:]]*//p" "/proc/$(container_pid "$1")/status"
}

test_user_and_group() {
    local id
    id=$(secured user '{"run_as_user":{"value":7},"run_as_group":{"value":8},"supplemental_groups":[9,10]}')
    is '7 8' "$(run_in "$id" 'echo $(id -u) $(id -g)')"
    matches '*9*10*' "$(run_in "$id" 'id -G')"
    is '[7,8]' "$(container_status "$id" | jq -c '.user.linux | [.uid, .gid]')"
    container_status "$id" | jq -e '.user.linux.supplemental_groups | index(9) and index(10)'
}

test_user_by_name() {
    local id
    id=$(secured name '{"run_as_username":"www-data"}')
    is '33 33' "$(run_in "$id" 'echo $(id -u) $(id -g)')"
    is '[33,33]' "$(container_status "$id" | jq -c '.user.linux | [.uid, .gid]')"
}

test_user_of_the_image() {
    local id
    id=$(secured imageuser '{}' '{"image":{"image":"rig/uid:1"}}')
    is 1002 "$(run_in "$id" 'id -u')"
    id=$(secured imagename '{}' '{"image":{"image":"rig/entry:1"}}')
    is '1000 50000' "$(run_in "$id" 'echo $(id -u) $(id -G | tr " " "\n" | grep 50000)')" "user and the group that the image gives it"
}

test_a_group_without_a_user() {
    refused INVALID_ARGUMENT run_as_group group '{"run_as_group":{"value":8}}'
}

test_capabilities() {
    local id
    id=$(secured nocaps '{"capabilities":{"drop_capabilities":["ALL"]}}')
    is 0000000000000000 "$(status_of "$id" CapBnd)"
    id=$(secured onecap '{"capabilities":{"drop_capabilities":["ALL"],"add_capabilities":["NET_ADMIN"]}}')
    is 0000000000001000 "$(status_of "$id" CapBnd)"
    # Without a word about them the engine's usual ones.
    id=$(secured usual '{}')
    is "$(printf %016x $((0xa80425fb & 0x$(sed -n 's/^CapBnd:[[:space:]]*//p' /proc/self/status))))" "$(status_of "$id" CapBnd)"
}

test_privileged() {
    local id
    id=$(secured privileged '{"privileged":true}')
    is true "$(inspect "$id" .HostConfig.Privileged)"
    is 1 $((0x$(status_of "$id" CapEff) >> 21 & 1)) "CAP_SYS_ADMIN"
    run_in "$id" 'mount -t tmpfs none /mnt 2>/dev/null || mkdir /mnt && mount -t tmpfs none /mnt'
    # The pod's pause container is not.
    is false "$(inspect "$pod" .HostConfig.Privileged)"
}

test_read_only_root() {
    local id
    id=$(secured readonly '{"readonly_rootfs":true}')
    is 1 "$(exec_sync "$id" sh -c 'echo x >/file' | jq .exit_code)"
    run_in "$id" 'echo x >/dev/shm/file'
}

test_no_new_privileges() {
    is 1 "$(status_of "$(secured nnp '{"no_new_privs":true}')" NoNewPrivs)"
    is 0 "$(status_of "$(secured np '{}')" NoNewPrivs)"
}

test_seccomp() {
    local id profile=$RIG/profile.json
    # 0: none, 2: a filter.
    is 2 "$(status_of "$(secured default '{"seccomp":{"profile_type":"RuntimeDefault"}}')" Seccomp)"
    is 0 "$(status_of "$(secured unconfined '{"seccomp":{"profile_type":"Unconfined"}}')" Seccomp)"
    is 0 "$(status_of "$(secured nothing '{}')" Seccomp)"
    echo '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mkdir","mkdirat"],"action":"SCMP_ACT_ERRNO"}]}' >"$profile"
    id=$(secured localhost "{\"seccomp\":{\"profile_type\":\"Localhost\",\"localhost_ref\":\"$profile\"}}")
    is 1 "$(exec_sync "$id" mkdir /folder | jq .exit_code)"
    run_in "$id" 'touch /file'
    # The older field says the same.
    id=$(secured old "{\"seccomp_profile_path\":\"localhost/$profile\"}")
    is 1 "$(exec_sync "$id" mkdir /folder | jq .exit_code)"
}

test_seccomp_never_fails_open() {
    refused FAILED_PRECONDITION /nowhere.json missing '{"seccomp":{"profile_type":"Localhost","localhost_ref":"/nowhere.json"}}'
    refused INVALID_ARGUMENT "not absolute" relative '{"seccomp":{"profile_type":"Localhost","localhost_ref":"profile.json"}}'
    echo 'no json' >"$RIG/broken.json"
    refused "*" broken.json broken "{\"seccomp\":{\"profile_type\":\"Localhost\",\"localhost_ref\":\"$RIG/broken.json\"}}"
}

test_masked_and_read_only_paths() {
    local id
    id=$(secured masked '{"masked_paths":["/proc/kcore","/proc/keys"],"readonly_paths":["/proc/sys"]}')
    is '["/proc/kcore","/proc/keys"]' "$(inspect "$id" '.HostConfig.MaskedPaths | tojson')"
    is 1 "$(exec_sync "$id" sh -c 'echo x >/proc/sys/kernel/domainname' | jq .exit_code)"
    # An empty list means none.
    id=$(secured unmasked '{"masked_paths":[],"readonly_paths":[]}')
    is '[[],[]]' "$(inspect "$id" '[.HostConfig.MaskedPaths, .HostConfig.ReadonlyPaths] | tojson')"
    is 0 "$(grep -c ' /proc/' "/proc/$(container_pid "$id")/mountinfo")" "mounts over /proc"
    # Without a security context the engine's own stay.
    id=$(container_run "$pod" silent)
    [ "$(grep -c ' /proc/' "/proc/$(container_pid "$id")/mountinfo")" -gt 3 ]
}

test_profiles_that_this_machine_cannot_load() {
    docker_api GET /info | jq -e '.SecurityOptions | map(contains("apparmor")) | any | not' ||
        skip "this engine has AppArmor"
    refused FAILED_PRECONDITION AppArmor apparmor '{"apparmor":{"profile_type":"Localhost","localhost_ref":"mine"}}'
    refused FAILED_PRECONDITION AppArmor apparmor '{"apparmor_profile":"localhost/mine"}'
    # The default one as well: nobody gets less than what was asked for.
    refused FAILED_PRECONDITION AppArmor apparmor '{"apparmor":{"profile_type":"RuntimeDefault"}}'
    secured unprofiled '{"apparmor":{"profile_type":"Unconfined"}}'
}

test_strict_groups() {
    # Docker always merges the groups of the image.
    refused FAILED_PRECONDITION supplemental strict '{"supplemental_groups_policy":"Strict"}'
}

test_oom_score() {
    local id
    id=$(container_run "$pod" oom '{"linux":{"resources":{"oom_score_adj":950}}}')
    is 950 "$(cat "/proc/$(container_pid "$id")/oom_score_adj")"
    # What this machine may not grant is asked for all the same.
    id=$(container_run "$pod" guaranteed '{"linux":{"resources":{"oom_score_adj":-997}}}')
    is -997 "$(inspect "$id" .HostConfig.OomScoreAdj)"
}

run_tests
