#!/bin/bash
# Makes the test images, from busybox-static and nothing else, as one archive for "docker load".
# Usage: images.sh OUTPUT.tar
#
#   rig/busybox:1, rig/busybox:2    a shell and its tools; the user is root (two images of their own)
#   rig/uid:1, rig/user:1           the same with the user 1002, with the user www-data
#   rig/entry:1                     with an entry point, environment, working directory, stop signal,
#                                   health check and a user with more groups
set -euo pipefail
output=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
case $(uname -m) in
x86_64) architecture=amd64 ;;
aarch64) architecture=arm64 ;;
*) architecture=$(uname -m) ;;
esac

pack() { # FOLDER ARCHIVE
    tar -C "$1" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf "$2" .
}
digest() { sha256sum "$1" | cut -d' ' -f1; }

busybox=$(command -v busybox)
root=$work/root
mkdir -p "$root"/{bin,dev,etc,home,proc,root,run,sys,tmp,var/www}
chmod 1777 "$root/tmp"
cp "$busybox" "$root/bin/busybox"
for applet in $("$busybox" --list); do
    [ "$applet" = busybox ] || ln -s busybox "$root/bin/$applet"
done
cat >"$root/etc/passwd" <<'PASSWD'
root:x:0:0:root:/root:/bin/sh
www-data:x:33:33:www-data:/var/www:/bin/sh
member:x:1000:1000:member:/home:/bin/sh
PASSWD
cat >"$root/etc/group" <<'GROUP'
root:x:0:
www-data:x:33:
member:x:1000:
extra:x:50000:member
GROUP
mkdir "$work/image"
pack "$root" "$work/image/base.tar"

# image REFERENCE CONFIG: the second layer is a file with the reference, so that each is an image of
# its own.
manifest=()
image() {
    local reference=$1 config=$2 name=${1//[\/:]/-} id
    mkdir "$work/$name"
    echo "$reference" >"$work/$name/image"
    pack "$work/$name" "$work/image/$name.tar"
    jq -cn --argjson config "$config" --arg architecture "$architecture" \
        --arg base "sha256:$(digest "$work/image/base.tar")" \
        --arg own "sha256:$(digest "$work/image/$name.tar")" '{
            architecture: $architecture, os: "linux", created: "2020-01-01T00:00:00Z",
            config: ({Env: ["PATH=/bin"], Cmd: ["sh"]} + $config),
            rootfs: {type: "layers", diff_ids: [$base, $own]},
            history: [{created: "2020-01-01T00:00:00Z", created_by: "rig"},
                      {created: "2020-01-01T00:00:00Z", created_by: "rig"}]}' >"$work/config"
    id=$(digest "$work/config")
    mv "$work/config" "$work/image/$id.json"
    manifest+=("{\"Config\":\"$id.json\",\"RepoTags\":[\"$reference\"],\"Layers\":[\"base.tar\",\"$name.tar\"]}")
}
image rig/busybox:1 '{}'
image rig/busybox:2 '{}'
image rig/uid:1 '{"User":"1002"}'
image rig/user:1 '{"User":"www-data"}'
image rig/entry:1 '{"Entrypoint":["/bin/sh","-c"],"Cmd":["sleep 1000"],"Env":["PATH=/bin","FROM_IMAGE=yes"],
    "WorkingDir":"/var/www","StopSignal":"SIGUSR1","User":"member",
    "Healthcheck":{"Test":["CMD","false"],"Interval":1000000000}}'
(IFS=,; echo "[${manifest[*]}]") >"$work/image/manifest.json"
tar -C "$work/image" -cf "$output" .
