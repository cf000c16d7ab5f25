#!/bin/bash
# Images on a real engine, from real registries.
set -u
. test/lib/engine.sh

# pull REFERENCE [AUTH]: the image's id.
pull() {
    cri PullImage "{\"image\":{\"image\":\"$1\"},\"auth\":${2:-null}}" | jq -r .image_ref
}

image_status() {
    cri ImageStatus "{\"image\":{\"image\":\"$1\"}}" | jq -c .image
}

image_remove() {
    cri RemoveImage "{\"image\":{\"image\":\"$1\"}}" >/dev/null
}

test_pull_and_find() {
    local id status digest name=$RIG_REGISTRY/rig/busybox:1 reference
    id=$(pull "$name")
    status=$(image_status "$name")
    is "$id" "$(jq -r .id <<<"$status")"
    jq -e --arg name "$name" '(.repo_tags | index($name)) and .size > 1000000' <<<"$status"
    digest=$(jq -r '.repo_digests[]' <<<"$status" | grep "$RIG_REGISTRY")
    # By digest, by id, by the beginning of the id: it is one image.
    for reference in "$digest" "$id" "${id#sha256:}" "${id:7:12}"; do
        is "$id" "$(image_status "$reference" | jq -r .id)" "$reference"
    done
    is null "$(image_status "$RIG_REGISTRY/rig/busybox:none")"
    is "$id" "$(cri ListImages "{\"filter\":{\"image\":{\"image\":\"$name\"}}}" | jq -r '.images[].id')"
    is "" "$(cri ListImages "{\"filter\":{\"image\":{\"image\":\"$RIG_REGISTRY/none:1\"}}}" | jq -r '.images[].id')"
    # Once more changes nothing, and the digest names the same.
    is "$id" "$(pull "$name")"
    is "$id" "$(pull "$digest")"
    is "$(cri ListImages | jq -c '[.images[].id] | sort')" "$(cri StreamImages | jq -sc '[.[].images[].id] | sort')"
}

test_users_of_images() {
    is '[{"value":1002},""]' "$(image_status rig/uid:1 | jq -c '[.uid, .username]')"
    is '[null,"www-data"]' "$(image_status rig/user:1 | jq -c '[.uid, .username]')"
    is '[{"value":1002},""]' "$(cri ListImages '{"filter":{"image":{"image":"rig/uid:1"}}}' | jq -c '.images[0] | [.uid, .username]')"
}

test_pull_what_is_missing() {
    cri_fails NOT_FOUND "rig/none" PullImage "{\"image\":{\"image\":\"$RIG_REGISTRY/rig/none:1\"}}"
    cri_fails NOT_FOUND "none" PullImage "{\"image\":{\"image\":\"$RIG_REGISTRY/rig/busybox:none\"}}"
}

test_pull_from_nowhere() {
    # A port where nobody listens: the kubelet knows the text's first word.
    cri_fails "*" "RegistryUnavailable" PullImage '{"image":{"image":"127.0.0.1:1/rig/busybox:1"}}'
}

test_credentials() {
    local id name=$RIG_PRIVATE/rig/busybox:1
    # Without, with wrong ones.
    cri_fails "*" "no basic auth credentials" PullImage "{\"image\":{\"image\":\"$name\"}}"
    cri_fails UNAUTHENTICATED "*" PullImage "{\"image\":{\"image\":\"$name\"},\"auth\":{\"username\":\"user\",\"password\":\"wrong\"}}"
    is null "$(image_status "$name")"
    # In each of their forms.
    id=$(pull "$name" '{"username":"user","password":"secret"}')
    matches 'sha256:*' "$id"
    image_remove "$name"
    is "$id" "$(pull "$name" "{\"auth\":\"$(printf user:secret | base64)\"}")"
    image_remove "$name"
    is "$id" "$(pull "$name" "{\"username\":\"user\",\"password\":\"secret\",\"server_address\":\"$RIG_PRIVATE\"}")"
    image_remove "$name"
    # They were for that one pull only.
    cri_fails "*" "no basic auth credentials" PullImage "{\"image\":{\"image\":\"$name\"}}"
    # And they are in nobody's log.
    is 0 "$(grep -c 'secret' "$RIG/shim.log")" "lines of the log with the password"
}

test_many_pulls_of_one_image() {
    local name=$RIG_REGISTRY/rig/busybox:2 id
    image_remove "$name"
    id=$(seq 8 | xargs -P 8 -I{} "$BUILD/cri-client" --timeout 120 PullImage "{\"image\":{\"image\":\"$name\"}}" | jq -r .image_ref | sort -u)
    is "$(image_status "$name" | jq -r .id)" "$id"
}

test_remove_by_any_reference() {
    local name=$RIG_REGISTRY/rig/uid:1 id digest reference
    docker_api DELETE /images/rig/uid:1 >/dev/null
    for reference in tag digest id; do
        id=$(pull "$name")
        digest=$(image_status "$name" | jq -r '.repo_digests[0]')
        case $reference in
        tag) image_remove "$name" ;;
        digest) image_remove "$digest" ;;
        id) image_remove "$id" ;;
        esac
        is null "$(image_status "$id")" "the image removed by its $reference"
        image_remove "$name"
    done
    # All names of an image go with it.
    id=$(pull "$name")
    docker_api POST "/images/$id/tag?repo=rig/other&tag=1"
    image_remove "$name"
    is null "$(image_status rig/other:1)"
    is null "$(image_status "$id")"
}

test_remove_what_is_in_use() {
    local pod container name=$RIG_REGISTRY/rig/user:1
    docker_api DELETE /images/rig/user:1 >/dev/null
    pull "$name"
    pod=$(pod_run user)
    container=$(container_run "$pod" main "{\"image\":{\"image\":\"$name\"}}")
    cri_fails FAILED_PRECONDITION "$container" RemoveImage "{\"image\":{\"image\":\"$name\"}}"
    container_stop "$container"
    cri_fails FAILED_PRECONDITION "$container" RemoveImage "{\"image\":{\"image\":\"$name\"}}"
    # It has lost none of its names.
    image_status "$name" | jq -e --arg name "$name" '.repo_tags == [$name] and (.repo_digests | length) == 1'
    pod_remove "$pod"
    image_remove "$name"
    is null "$(image_status "$name")"
}

test_the_reference_of_a_container() {
    local pod container id digest name=$RIG_REGISTRY/rig/busybox:1
    id=$(pull "$name")
    digest=$(image_status "$name" | jq -r '.repo_digests[]' | grep "$RIG_REGISTRY")
    pod=$(pod_run reference)
    # As the kubelet creates it: by the id, with what the user wrote beside it.
    container=$(container_run "$pod" main "{\"image\":{\"image\":\"$id\",\"user_specified_image\":\"$name\"}}")
    is "$name" "$(container_status "$container" | jq -r .image.image)"
    is "docker-pullable://$digest" "$(container_status "$container" | jq -r .image_ref)"
    is "$id" "$(container_status "$container" | jq -r .image_id)"
    pod_remove "$pod"
}

test_the_filesystem_of_images() {
    local answer mountpoint
    answer=$(cri ImageFsInfo)
    mountpoint=$(jq -r '.image_filesystems[0].fs_id.mountpoint' <<<"$answer")
    matches "$RIG/data*" "$mountpoint"
    [ -d "$mountpoint" ]
    # At least the images there are, and no more than the disk holds.
    jq -e --argjson most "$(($(stat -f -c '%b * %S' "$RIG")))" \
        '.image_filesystems[0] | .used_bytes.value > 1900000 and .used_bytes.value < $most and .inodes_used.value > 0 and .timestamp > 0' <<<"$answer"
    is "$mountpoint" "$(jq -r '.container_filesystems[0].fs_id.mountpoint' <<<"$answer")"
}

test_the_pause_image_is_pinned() {
    local pause
    pause=$(cri ListImages | jq -r '.images[] | select(.pinned) | .repo_tags[0]')
    matches 'dockershimd/pause:*' "$pause"
}

test_verbose_status() {
    pull "$RIG_REGISTRY/rig/busybox:1"
    cri ImageStatus "{\"image\":{\"image\":\"$RIG_REGISTRY/rig/busybox:1\"},\"verbose\":true}" | jq -e '.info.info | fromjson | type == "object"'
}

run_tests
