#!/bin/bash
# Makes the pause image as `docker save` would, without Docker: one layer with one file.
# Usage: image.sh PROGRAM REFERENCE ARCHITECTURE OUTPUT
# The same input gives the same bytes: no time, no owner, no order is left to chance.
set -euo pipefail
program=$1 reference=$2 architecture=$3 output=$4

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
archive() { tar --format=ustar --blocking-factor=1 --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner "$@"; }
digest() { sha256sum "$1" | cut -d' ' -f1; }

install -m 0555 "$program" "$folder/pause"
archive -C "$folder" -cf "$folder/layer.tar" pause
layer=$(digest "$folder/layer.tar")

# The user is one that owns nothing: a pause process needs no rights at all.
printf '{"architecture":"%s","config":{"Entrypoint":["/pause"],"User":"65535:65535","WorkingDir":"/"},"created":"1970-01-01T00:00:00Z","history":[{"created":"1970-01-01T00:00:00Z","created_by":"dockershimd"}],"os":"linux","rootfs":{"diff_ids":["sha256:%s"],"type":"layers"}}' \
    "$architecture" "$layer" >"$folder/config.json"
config=$(digest "$folder/config.json")

mkdir "$folder/image" "$folder/image/$layer"
mv "$folder/config.json" "$folder/image/$config.json"
mv "$folder/layer.tar" "$folder/image/$layer/layer.tar"
printf '[{"Config":"%s.json","Layers":["%s/layer.tar"],"RepoTags":["%s"]}]' \
    "$config" "$layer" "$reference" >"$folder/image/manifest.json"
chmod -R u=rwX,go=rX "$folder/image"
archive -C "$folder/image" -cf "$output" manifest.json "$config.json" "$layer"
