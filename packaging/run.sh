#!/bin/bash
# `make run`: the daemon on a Docker Engine, with one pod to look at.
#
# Uses the engine at $DOCKER_SOCKET (/run/docker.sock) if it answers, else starts a private one. The
# daemon serves until Ctrl-C, which takes the pod, the daemon and a private engine away again.
#
#   RUN_ONCE=1      ends after the pod was shown; also without a terminal on standard input
#   BUILD           where the programs are (build)
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
. test/rig/rig.sh
engine_socket=${DOCKER_SOCKET:-/run/docker.sock}
[ -t 0 ] || RUN_ONCE=1

say() { printf '\n== %s\n' "$*"; }
cri() { "$BUILD/cri-client" --endpoint "$CRI_ENDPOINT" --timeout 120 "$@"; }

# Takes away what was made, in the opposite order.
finish() {
    trap '' INT TERM # a second Ctrl-C must not leave half of it behind
    trap - EXIT
    [ -z "${pod:-}" ] || cri StopPodSandbox "{\"pod_sandbox_id\": \"$pod\"}" >/dev/null
    [ -z "${pod:-}" ] || cri RemovePodSandbox "{\"pod_sandbox_id\": \"$pod\"}" >/dev/null
    [ -z "${own_image:-}" ] || cri RemoveImage '{"image": {"image": "dockershimd/run:1"}}' >/dev/null
    # The daemon loads its pause image; an engine that had it before keeps it.
    rig_stop shim
    [ -z "${own_pause:-}" ] || docker_api DELETE "/images/$own_pause" >/dev/null
    rig_destroy
    exit "${1:-0}"
}
fail() {
    echo "make run: $*" >&2
    finish 1
}

# A busybox in an image of its own: no registry is asked for it.
load_image() {
    local tar=$RIG/run.tar
    mkdir -p "$RIG/rootfs/bin" "$RIG/rootfs/tmp" &&
        cp "$(command -v busybox)" "$RIG/rootfs/bin/busybox" &&
        "$RIG/rootfs/bin/busybox" --install -s "$RIG/rootfs/bin" &&
        find "$RIG/rootfs/bin" -type l -exec ln -sf busybox {} \; &&
        tar -C "$RIG/rootfs" -cf "$tar" . &&
        docker_api POST '/images/create?fromSrc=-&repo=dockershimd/run&tag=1' \
            -H 'Content-Type: application/x-tar' --data-binary "@$tar" >/dev/null
}

start_engine() {
    if curl -s -o /dev/null --max-time 5 --unix-socket "$engine_socket" http://docker/_ping; then
        ln -s "$engine_socket" "$RIG/docker.sock"
        say "using the Docker Engine at $engine_socket"
    else
        say "no Docker Engine at $engine_socket: starting a private one in $RIG"
        engine_start || fail "the private engine did not start"
    fi
}

trap 'finish 130' INT TERM
trap '' PIPE # whoever reads may leave before the end
trap 'finish 1' EXIT
[ "$(id -u)" -eq 0 ] || fail "it must be root, as Docker and the daemon are"
rig_create || fail "no directory can be made"
start_engine
pause=dockershimd/pause:$("$BUILD/dockershimd" --version | cut -d' ' -f2)
docker_api GET "/images/$pause/json" >/dev/null 2>&1 || own_pause=$pause
own_image=1
load_image || fail "the image could not be loaded"

say "starting $BUILD/dockershimd"
shim_start || fail "the daemon did not start"
cri Version | jq -c .

say "running a pod with one container"
log_directory=$RIG/logs
config=$(jq -n --arg logs "$log_directory" '{metadata: {name: "hello", namespace: "default",
    uid: "make-run", attempt: 0}, hostname: "hello", log_directory: $logs, linux: {}}')
pod=$(cri RunPodSandbox "{\"config\": $config}" | jq -er .pod_sandbox_id) || fail "no pod"
container=$(cri CreateContainer "$(jq -n --arg pod "$pod" --argjson sandbox "$config" '{pod_sandbox_id: $pod,
    sandbox_config: $sandbox, config: {metadata: {name: "greeter"}, image: {image: "dockershimd/run:1"},
    command: ["sh", "-c", "trap \"exit 0\" TERM; while true; do echo \"hello from $(hostname)\"; sleep 1 & wait $!; done"],
    log_path: "greeter/0.log", linux: {}}}')" | jq -er .container_id) || fail "no container"
cri StartContainer "{\"container_id\": \"$container\"}" >/dev/null || fail "the container did not start"

say "its status"
cri PodSandboxStatus "{\"pod_sandbox_id\": \"$pod\"}" | jq '{id: .status.id, state: .status.state, network: .status.network}'
cri ContainerStatus "{\"container_id\": \"$container\"}" |
    jq '.status | {id, state, started_at, image: .image.image, log_path}'
say "a command in it: uname -a; id"
cri ExecSync "{\"container_id\": \"$container\", \"cmd\": [\"sh\", \"-c\", \"uname -a; id\"], \"timeout\": 30}" |
    jq -r '.stdout'
say "its log, $log_directory/greeter/0.log"
rig_await 20 test -s "$log_directory/greeter/0.log" || fail "the container's log stayed empty"
tail -n 3 "$log_directory/greeter/0.log"

say "to go on from here"
cat <<NEXT
  crictl --runtime-endpoint $CRI_ENDPOINT ps
  $BUILD/cri-client --endpoint $CRI_ENDPOINT ListContainers
  kubelet --container-runtime-endpoint=$CRI_ENDPOINT
The daemon's log is $RIG/shim.log.
NEXT
[ -z "${RUN_ONCE:-}" ] || finish 0
say "serving on $CRI_ENDPOINT until Ctrl-C"
while rig_runs shim; do sleep 1; done
fail "the daemon has ended: $(tail -n 3 "$RIG/shim.log")"
