#!/bin/bash
# Runs a command on a rig (with-rig.sh) in a network namespace of its own: engine, daemon and CNI
# plugins make their bridges, routes and firewall rules there and leave those of the machine alone.
# Usage: own-network.sh COMMAND ARGUMENT...
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
if [ "$(id -u)" -ne 0 ]; then
    echo "not root"
    exit 77
fi
for program in iptables /usr/lib/cni/bridge; do
    command -v "$program" >/dev/null || { echo "$program is not installed"; exit 77; }
done
export RIG_NETWORK=own
# Mounts of its own too: pinned namespaces go with it, whatever happens.
# shellcheck disable=SC2016
exec unshare --net --mount bash -c 'ip link set lo up && exec "$@"' own-network "$here/with-rig.sh" "$@"
