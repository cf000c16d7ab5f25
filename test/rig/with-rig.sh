#!/bin/bash
# Runs a command on a rig of its own, and takes the rig away however that ends.
# Usage: with-rig.sh COMMAND ARGUMENT...
# The command finds in its environment:
#   RIG             the rig's directory, for the functions of rig.sh
#   CRI_ENDPOINT    the daemon under test
#   RIG_REGISTRY    a registry that anyone may use: rig/busybox:1 and :2, rig/uid:1, rig/user:1
#   RIG_PRIVATE     a registry that only user:secret may use: rig/busybox:1
# The engine itself has the images of images.sh. Exit status: the command's; 77 if there can be no
# rig on this machine, with the reason on stdout.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
. test/rig/rig.sh

if [ "$(id -u)" -ne 0 ]; then
    echo "not root"
    exit 77
fi
for program in dockerd docker-registry busybox ip curl jq; do
    command -v "$program" >/dev/null || { echo "$program is not installed"; exit 77; }
done

trap 'rig_destroy' EXIT
trap 'exit 130' INT TERM HUP
rig_create || exit 1
registry_make_users "$RIG/users"
test/rig/images.sh "$RIG/images.tar" || exit 1
registry_start registry &&
    registry_start registry-auth "$RIG/users" &&
    engine_start || exit 1
docker_api POST /images/load -H 'Content-Type: application/x-tar' --data-binary "@$RIG/images.tar" \
    >"$RIG/load.log" || exit 1
export RIG_REGISTRY RIG_PRIVATE
RIG_REGISTRY=127.0.0.1:$(cat "$RIG/registry.port")
RIG_PRIVATE=127.0.0.1:$(cat "$RIG/registry-auth.port")
for image in rig/busybox:1 rig/busybox:2 rig/uid:1 rig/user:1; do
    registry_push "$RIG_REGISTRY" "$image" || exit 1
done
registry_push "$RIG_PRIVATE" rig/busybox:1 '{"username":"user","password":"secret"}' || exit 1
"$@"
