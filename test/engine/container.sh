#!/bin/bash
# Containers on a real engine: what they run, how they end, what is told of them.
set -u
. test/lib/engine.sh

setup() {
    pod=$(pod_run containers)
    share pod
}

test_states_and_times() {
    local id status before
    before=$(date +%s%N)
    id=$(container_create "$pod" states)
    status=$(container_status "$id")
    is '["CONTAINER_CREATED",0,0,0]' "$(jq -c '[.state, .started_at, .finished_at, .exit_code]' <<<"$status")"
    container_start "$id"
    status=$(container_status "$id")
    is '["CONTAINER_RUNNING",0]' "$(jq -c '[.state, .finished_at]' <<<"$status")"
    container_stop "$id"
    status=$(container_status "$id")
    # Without a grace period the signal to end and the one to kill race.
    is '["CONTAINER_EXITED","Error"]' "$(jq -c '[.state, .reason]' <<<"$status")"
    jq -e '.exit_code == 137 or .exit_code == 143' <<<"$status"
    # In order, and not before the test began (Docker's clock is this one).
    jq -e --argjson before "$before" \
        '$before <= .created_at and .created_at <= .started_at and .started_at <= .finished_at' <<<"$status"
    cri_fails FAILED_PRECONDITION "$id" StartContainer "{\"container_id\":\"$id\"}"
}

test_exit_codes() {
    local code id
    for code in 0 1 3 255; do
        id=$(container_run_script "$pod" "exit$code" "exit $code")
        container_await "$id" CONTAINER_EXITED
        is "$code" "$(container_status "$id" | jq .exit_code)"
        is "$([ $code = 0 ] && echo Completed || echo Error)" "$(container_status "$id" | jq -r .reason)"
    done
}

test_command_that_does_not_exist() {
    local id
    id=$(container_create "$pod" nosuch '{"command":["/no/such/program"]}')
    cri_fails "*" "/no/such/program" StartContainer "{\"container_id\":\"$id\"}"
    is '["CONTAINER_EXITED","ContainerCannotRun"]' "$(container_status "$id" | jq -c '[.state, .reason]')"
    matches "*/no/such/program*" "$(container_status "$id" | jq -r .message)" message
}

test_out_of_memory() {
    local id
    id=$(container_run_script "$pod" hungry 'x=a; while :; do x=$x$x; done' \
        '{"linux":{"resources":{"memory_limit_in_bytes":16777216,"memory_swap_limit_in_bytes":16777216}}}')
    container_await "$id" CONTAINER_EXITED
    is '[137,"OOMKilled"]' "$(container_status "$id" | jq -c '[.exit_code, .reason]')"
}

test_grace_and_kill() {
    local id
    # The shell ends when it is asked to.
    id=$(container_run_script "$pod" polite 'trap "exit 7" TERM; echo ready; while :; do sleep 0.1; done')
    rig_await 30 grep -q ready "$RIG/logs/containers/polite.log"
    container_stop "$id" 60
    is 7 "$(container_status "$id" | jq .exit_code)"
    # This one does not.
    id=$(container_run_script "$pod" stubborn 'trap "" TERM; echo ready; while :; do sleep 0.1; done')
    rig_await 30 grep -q ready "$RIG/logs/containers/stubborn.log"
    container_stop "$id" 1
    is 137 "$(container_status "$id" | jq .exit_code)"
}

test_stop_signal() {
    local id script='trap "exit 10" USR1; trap "exit 11" USR2; echo ready; while :; do sleep 0.1; done'
    id=$(container_run_script "$pod" signal "$script" '{"image":{"image":"rig/entry:1"}}')
    rig_await 30 grep -q ready "$RIG/logs/containers/signal.log"
    is SIGNAL_SIGUSR1 "$(container_status "$id" | jq -r .stop_signal)" "the image's signal"
    container_stop "$id" 60
    is 10 "$(container_status "$id" | jq .exit_code)"
    id=$(container_run_script "$pod" signal2 "$script" '{"image":{"image":"rig/entry:1"},"stop_signal":"SIGNAL_SIGUSR2"}')
    rig_await 30 grep -q ready "$RIG/logs/containers/signal2.log"
    is SIGNAL_SIGUSR2 "$(container_status "$id" | jq -r .stop_signal)" "the request's signal"
    container_stop "$id" 60
    is 11 "$(container_status "$id" | jq .exit_code)"
}

test_environment_and_arguments() {
    local id
    id=$(container_run "$pod" env "$(jq -cn '{command: ["sh", "-c"], args: ["sleep 1000", "zero", "a b", "$x\\", ""],
        envs: [{key: "A", value: "1"}, {key: "EMPTY", value: ""}, {key: "ODD", value: "x=y z\n\"q\" é"}]}')")
    is "1" "$(run_in "$id" 'printf %s "$A"')"
    is "yes" "$(run_in "$id" 'printf %s "${EMPTY-no}${EMPTY:-yes}"')"
    is $'x=y z\n"q" é' "$(run_in "$id" 'printf %s "$ODD"')"
    is '["sh","-c","sleep 1000","zero","a b","$x\\",""]' "$(inspect "$id" '[.Path] + .Args | tojson')"
}

test_the_images_own_command() {
    local id
    # Entry point and command, environment, folder and user are the image's where the request is silent.
    id=$(container_run "$pod" image '{"image":{"image":"rig/entry:1"},"command":[]}')
    is 'yes /var/www 1000 1000' "$(run_in "$id" 'echo "$FROM_IMAGE $(pwd) $(id -u) $(id -g)"')"
    is '["/bin/sh","-c","sleep 1000"]' "$(inspect "$id" '[.Path] + .Args | tojson')"
    # A command replaces both, arguments only the image's command.
    id=$(container_run "$pod" image2 '{"image":{"image":"rig/entry:1"},"command":["sleep"],"args":["999"],"working_dir":"/tmp"}')
    is '["sleep","999"]' "$(inspect "$id" '[.Path] + .Args | tojson')"
    is /tmp "$(run_in "$id" pwd)"
    id=$(container_run "$pod" image3 '{"image":{"image":"rig/entry:1"},"command":[],"args":["sleep 998"]}')
    is '["/bin/sh","-c","sleep 998"]' "$(inspect "$id" '[.Path] + .Args | tojson')"
    # Health is the kubelet's matter.
    is '["NONE"]' "$(inspect "$id" '.Config.Healthcheck.Test | tojson')"
}

test_terminal() {
    local id
    id=$(container_run_script "$pod" tty 'if [ -t 1 ]; then echo terminal; fi; sleep 1000' '{"tty":true}')
    rig_await 30 grep -q terminal "$RIG/logs/containers/tty.log"
    id=$(container_run_script "$pod" notty 'if [ -t 1 ]; then echo terminal; else echo pipe; fi; sleep 1000')
    rig_await 30 grep -q pipe "$RIG/logs/containers/notty.log"
    is true "$(inspect "$(container_create "$pod" stdin '{"stdin":true,"stdin_once":true}')" '.Config | .OpenStdin and .StdinOnce')"
    [ -n "$id" ]
}

test_log() {
    local id log=$RIG/logs/containers/log.log
    id=$(container_run_script "$pod" log 'echo one; echo two >&2; printf three')
    container_await "$id" CONTAINER_EXITED
    is "$log" "$(container_status "$id" | jq -r .log_path)"
    # Complete as soon as the end is told.
    is 'stdout F one' "$(cut -d' ' -f2- "$log" | grep one)"
    is 'stderr F two' "$(cut -d' ' -f2- "$log" | grep two)"
    matches 'stdout [PF] three' "$(cut -d' ' -f2- "$log" | grep three)"
    # It stays when the container goes.
    cri RemoveContainer "{\"container_id\":\"$id\"}"
    is 3 "$(wc -l <"$log")"
}

test_reopened_log() {
    local id log=$RIG/logs/containers/rotated.log
    id=$(container_run_script "$pod" rotated 'i=0; while :; do i=$((i + 1)); echo "line $i"; sleep 0.02; done')
    rig_await 30 grep -q 'line 5$' "$log"
    mv "$log" "$log.1"
    cri ReopenContainerLog "{\"container_id\":\"$id\"}"
    rig_await 30 test -s "$log"
    container_stop "$id"
    container_await "$id" CONTAINER_EXITED
    # Nothing lost, nothing twice, in order.
    cat "$log.1" "$log" | sed 's/.*line //' | awk '$1 != NR { exit 1 }'
    cri_fails FAILED_PRECONDITION "$id" ReopenContainerLog "{\"container_id\":\"$id\"}"
}

test_what_is_told_of_a_container() {
    local id status image
    id=$(container_run "$pod" told '{"labels":{"a":"1"},"annotations":{"b":"2"},
        "image":{"image":"rig/busybox:1","user_specified_image":"example.test/asked/for:1"}}')
    status=$(container_status "$id")
    image=$(cri ImageStatus '{"image":{"image":"rig/busybox:1"}}' | jq -r .image.id)
    is "$image" "$(jq -r .image_id <<<"$status")"
    is 'example.test/asked/for:1' "$(jq -r .image.image <<<"$status")"
    is '{"a":"1"}' "$(jq -c .labels <<<"$status")"
    is '{"b":"2"}' "$(jq -c .annotations <<<"$status")"
    is '["told",0]' "$(jq -c '.metadata | [.name, .attempt]' <<<"$status")"
    is '[0,0]' "$(jq -c '.user.linux | [.uid, .gid]' <<<"$status")"
    is "$pod" "$(cri ListContainers "{\"filter\":{\"id\":\"$id\"}}" | jq -r '.containers[0].pod_sandbox_id')"
    is "$image" "$(cri ListContainers "{\"filter\":{\"id\":\"$id\"}}" | jq -r '.containers[0].image_id')"
    cri ContainerStatus "{\"container_id\":\"$id\",\"verbose\":true}" |
        jq -e --arg pod "$pod" '.info.info | fromjson | .sandboxID == $pod and .pid > 0'
}

test_a_container_of_a_dead_pod() {
    local dead
    dead=$(pod_run dead)
    cri StopPodSandbox "{\"pod_sandbox_id\":\"$dead\"}"
    cri_fails FAILED_PRECONDITION "$dead" CreateContainer \
        "{\"pod_sandbox_id\":\"$dead\",\"config\":{\"metadata\":{\"name\":\"x\"},\"image\":{\"image\":\"$IMAGE\"}}}"
    cri RemovePodSandbox "{\"pod_sandbox_id\":\"$dead\"}"
}

test_an_image_that_is_missing() {
    cri_fails NOT_FOUND "rig/none:1" CreateContainer \
        "{\"pod_sandbox_id\":\"$pod\",\"config\":{\"metadata\":{\"name\":\"x\"},\"image\":{\"image\":\"rig/none:1\"}}}"
}

test_removing_one_that_runs() {
    local id pid
    id=$(container_run "$pod" killed)
    pid=$(container_pid "$id")
    cri RemoveContainer "{\"container_id\":\"$id\"}"
    is "" "$(tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" || true)" "the process"
    cri_fails NOT_FOUND "$id" ContainerStatus "{\"container_id\":\"$id\"}"
}

run_tests
