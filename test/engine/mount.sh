#!/bin/bash
# Mounts and devices on a real engine.
set -u
. test/lib/engine.sh

setup() {
    # Propagation needs a mount that shares, whatever the machine's root does.
    host=$RIG/host
    mkdir -p "$host"
    mountpoint -q "$host" || mount --bind "$host" "$host"
    mount --make-rshared "$host"
    mkdir -p "$host/folder/inner"
    echo content >"$host/folder/file"
    pod=$(pod_run mounts)
    share pod host
}

# mounted NAME MOUNT: a container with one mount at /mnt.
mounted() {
    container_run "$pod" "$1" "{\"mounts\":[$(merge "{\"container_path\":\"/mnt\",\"host_path\":\"$host/folder\"}" "$2")]}"
}

test_a_folder_and_a_file() {
    local id
    id=$(container_run "$pod" both "{\"mounts\":[{\"container_path\":\"/mnt\",\"host_path\":\"$host/folder\"},
        {\"container_path\":\"/etc/one\",\"host_path\":\"$host/folder/file\"}]}")
    is content "$(run_in "$id" 'cat /mnt/file')"
    is content "$(run_in "$id" 'cat /etc/one')"
    run_in "$id" 'echo written >/mnt/new'
    is written "$(cat "$host/folder/new")"
    is '["/mnt","/etc/one"]' "$(container_status "$id" | jq -c '[.mounts[].container_path]')"
    is "[\"$host/folder\",\"$host/folder/file\"]" "$(container_status "$id" | jq -c '[.mounts[].host_path]')"
}

test_read_only() {
    local id
    id=$(mounted readonly '{"readonly":true}')
    is content "$(run_in "$id" 'cat /mnt/file')"
    is 1 "$(exec_sync "$id" sh -c 'echo x >/mnt/other' | jq .exit_code)"
    is true "$(container_status "$id" | jq '.mounts[0].readonly')"
}

test_a_path_that_is_missing_is_refused() {
    cri_fails "*" "$host/missing" CreateContainer "{\"pod_sandbox_id\":\"$pod\",\"config\":{\"metadata\":{\"name\":\"missing\"},
        \"image\":{\"image\":\"$IMAGE\"},\"mounts\":[{\"container_path\":\"/mnt\",\"host_path\":\"$host/missing\"}]}}"
    [ ! -e "$host/missing" ] || fail "it was made"
}

test_a_symbolic_link_is_followed() {
    local id
    ln -sfn "$host/folder" "$host/link"
    id=$(mounted link "{\"host_path\":\"$host/link\"}")
    is content "$(run_in "$id" 'cat /mnt/file')"
}

test_private_mounts_see_nothing_new() {
    local id
    id=$(mounted private '{}')
    mount -t tmpfs -o size=1m late "$host/folder/inner"
    touch "$host/folder/inner/late"
    local seen
    seen=$(run_in "$id" 'ls /mnt/inner')
    umount "$host/folder/inner"
    is "" "$seen"
    is PROPAGATION_PRIVATE "$(container_status "$id" | jq -r '.mounts[0].propagation')"
}

test_mounts_of_the_host_reach_the_container() {
    local id seen
    id=$(mounted slave '{"propagation":"PROPAGATION_HOST_TO_CONTAINER"}')
    mount -t tmpfs -o size=1m late "$host/folder/inner"
    touch "$host/folder/inner/late"
    seen=$(run_in "$id" 'ls /mnt/inner')
    umount "$host/folder/inner"
    is late "$seen"
    is PROPAGATION_HOST_TO_CONTAINER "$(container_status "$id" | jq -r '.mounts[0].propagation')"
}

test_mounts_of_the_container_reach_the_host() {
    local id seen
    id=$(mounted shared '{"propagation":"PROPAGATION_BIDIRECTIONAL"}')
    # A container that may mount would do; its mount namespace from outside does as well.
    nsenter -t "$(container_pid "$id")" -m mount -t tmpfs -o size=1m late /mnt/inner
    nsenter -t "$(container_pid "$id")" -m touch /mnt/inner/late
    seen=$(ls "$host/folder/inner")
    umount "$host/folder/inner"
    is late "$seen"
    is PROPAGATION_BIDIRECTIONAL "$(container_status "$id" | jq -r '.mounts[0].propagation')"
}

# api_below N: whether the engine's newest API is older than 1.N.
api_below() {
    [ "$(docker_api GET /version | jq -r '.ApiVersion | ltrimstr("1.")')" -lt "$1" ]
}

test_recursive_read_only() {
    local id mount="\"readonly\":true,\"recursive_read_only\":true"
    if ! cri Status | jq -e '.runtime_handlers[] | select(.name == "") | .features.recursive_read_only_mounts'; then
        # What cannot be done is refused with the word that the kubelet knows.
        cri_fails FAILED_PRECONDITION RROUnsupported CreateContainer "{\"pod_sandbox_id\":\"$pod\",\"config\":{\"metadata\":{\"name\":\"rro\"},
            \"image\":{\"image\":\"$IMAGE\"},\"mounts\":[{\"container_path\":\"/mnt\",\"host_path\":\"$host/folder\",$mount}]}}"
        return
    fi
    mount -t tmpfs -o size=1m below "$host/folder/inner"
    id=$(mounted rro "{$mount}")
    is 1 "$(exec_sync "$id" sh -c 'echo x >/mnt/inner/file' | jq .exit_code)"
    umount "$host/folder/inner"
    is '[true,true]' "$(container_status "$id" | jq -c '.mounts[0] | [.readonly, .recursive_read_only]')"
}

test_image_mounts() {
    local id mount='"container_path":"/mnt","image":{"image":"rig/busybox:2"},"readonly":true'
    if api_below 48; then
        cri_fails FAILED_PRECONDITION 28 CreateContainer "{\"pod_sandbox_id\":\"$pod\",\"config\":{\"metadata\":{\"name\":\"imagemount\"},
            \"image\":{\"image\":\"$IMAGE\"},\"mounts\":[{$mount}]}}"
        return
    fi
    id=$(container_run "$pod" imagemount "{\"mounts\":[{$mount}]}")
    is rig/busybox:2 "$(run_in "$id" 'cat /mnt/image')"
    is 1 "$(exec_sync "$id" sh -c 'echo x >/mnt/image' | jq .exit_code)"
    id=$(container_run "$pod" subpath "{\"mounts\":[{$mount,\"image_sub_path\":\"etc\"}]}")
    matches 'root:*' "$(run_in "$id" 'cat /mnt/passwd')"
}

test_devices() {
    local id
    id=$(container_run "$pod" device '{"devices":[{"host_path":"/dev/full","container_path":"/dev/mine","permissions":"rw"}]}')
    is '1' "$(exec_sync "$id" sh -c 'echo x >/dev/mine' | jq .exit_code)"
    matches '*No space left*' "$(exec_sync "$id" sh -c 'echo x >/dev/mine' | jq -r .stderr)"
}

test_the_resolv_conf_of_the_request_wins() {
    local id
    echo "nameserver 10.1.1.1" >"$host/resolv.conf"
    id=$(container_run "$pod" resolv "{\"mounts\":[{\"container_path\":\"/etc/resolv.conf\",\"host_path\":\"$host/resolv.conf\"}]}")
    is "nameserver 10.1.1.1" "$(run_in "$id" 'cat /etc/resolv.conf')"
}

run_tests
