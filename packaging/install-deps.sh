#!/bin/bash
# Installs the Debian packages that a step needs, those of them that are missing.
# Usage: install-deps.sh build|run|test|lint...     The network is used only when something is missing.
set -euo pipefail

build="gcc make libc6-dev binutils protobuf-compiler protobuf-c-compiler libprotobuf-dev libprotobuf-c-dev
    libgrpc-dev libcurl4-openssl-dev libjansson-dev libuv1-dev zlib1g-dev libwslay-dev libmicrohttpd-dev libgnutls28-dev"
engine="docker.io busybox-static iproute2 curl jq"
test="$build $engine docker-registry libcmocka-dev containernetworking-plugins iptables strace"
lint="$build libcmocka-dev git clang-format-14 clang-tidy-14 cppcheck"

wanted=
for step in "$@"; do
    case $step in
    build) wanted+=" $build" ;;
    run) wanted+=" $build $engine" ;;
    test) wanted+=" $test" ;;
    lint) wanted+=" $lint" ;;
    *) echo "usage: install-deps.sh build|run|test|lint..." >&2; exit 2 ;;
    esac
done

if ! command -v dpkg-query >/dev/null; then
    echo "install-deps: not a Debian system; make sure that what these packages hold is there:" $wanted >&2
    exit 0
fi
missing=
for package in $wanted; do
    state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$state" = installed ] || missing+=" $package"
done
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "install-deps: run as root, or install:$missing" >&2; exit 1; }
    as_root="sudo"
fi
echo "install-deps: installing$missing"
export DEBIAN_FRONTEND=noninteractive
# An old package list is the usual reason for a failure, and fetching a new one is slow.
install() { $as_root apt-get install -y -qq --no-install-recommends $missing </dev/null >/dev/null; }
install 2>/dev/null || { $as_root apt-get update -qq && install; }
