#!/bin/bash
# ExecSync on a real engine.
set -u
. test/lib/engine.sh

setup() {
    pod=$(pod_run exec)
    container=$(container_run "$pod" main)
    # One where leftover processes can be counted: nothing else runs in it.
    quiet=$(container_run "$pod" quiet)
    share pod container quiet
}

# The processes in $quiet, besides its own.
processes() {
    docker_api GET "/containers/$quiet/top?ps_args=-eo%20pid,args" | jq -c '[.Processes[][1] | select(. != "sleep 1000")]'
}

nothing_runs() {
    [ "$(processes)" = '[]' ]
}

test_output_of_both_streams() {
    is '{"stdout":"one\ntwo\n","stderr":"bad\n","exit_code":0}' \
        "$(exec_sync "$container" sh -c 'echo one; echo bad >&2; echo two')"
}

test_exit_codes() {
    local code
    for code in 0 1 2 126 137 255; do
        is "$code" "$(exec_sync "$container" sh -c "exit $code" | jq .exit_code)"
    done
    is 137 "$(exec_sync "$container" sh -c 'kill -KILL $$' | jq .exit_code)" "of a process that was killed"
    is 143 "$(exec_sync "$container" sh -c 'kill -TERM $$' | jq .exit_code)" "of a process that was terminated"
}

test_command_that_does_not_exist() {
    local answer
    # Either way of telling it is a runtime's own; it must not look like success.
    if answer=$(exec_sync "$container" /no/such/program 2>&1); then
        jq -e '.exit_code != 0' <<<"$answer"
    else
        matches "*/no/such/program*" "$answer"
    fi
}

test_arguments_stay_apart() {
    is $'[a b]\n[]\n[$x]\n[*]' "$(exec_sync "$container" sh -c 'for i; do echo "[$i]"; done' zero 'a b' '' '$x' '*' | jq -r .stdout)"
}

test_bytes_that_are_no_text() {
    is '{"base64":"AP8B"}' "$(exec_sync "$container" printf '\000\377\001' | jq -c .stdout)"
}

test_output_beyond_the_limit_is_cut_off() {
    local answer
    # 20 MiB: what is too much is dropped, and the exit code is still told.
    exec_sync "$container" sh -c 'head -c 20971520 /dev/zero | tr "\0" x; exit 5' >"$RIG/answer"
    is 5 "$(jq .exit_code "$RIG/answer")"
    answer=$(jq '.stdout | length' "$RIG/answer")
    [ "$answer" -gt 16000000 ] && [ "$answer" -le 16777216 ] || fail "$answer bytes came"
}

test_timeout_kills_the_whole_tree() {
    cri_fails DEADLINE_EXCEEDED "timeout" ExecSync "$(jq -cn --arg id "$quiet" \
        '{container_id: $id, timeout: 1, cmd: ["sh", "-c", "sleep 2000 & (sleep 2001 & sleep 2002) & sleep 2003"]}')"
    rig_await 30 nothing_runs || fail "left: $(processes)"
}

test_a_client_that_leaves_takes_its_command_along() {
    local output
    output=$("$BUILD/cri-client" --timeout 1 ExecSync "$(jq -cn --arg id "$quiet" \
        '{container_id: $id, cmd: ["sh", "-c", "sleep 2000 & sleep 2001"]}')" 2>&1) && fail "it succeeded: $output"
    matches "DEADLINE_EXCEEDED*" "$output"
    rig_await 30 nothing_runs || fail "left: $(processes)"
}

test_a_command_within_its_time() {
    is 'done' "$(cri ExecSync "{\"container_id\":\"$container\",\"timeout\":60,\"cmd\":[\"echo\",\"done\"]}" | jq -r '.stdout | rtrimstr("\n")')"
}

test_nothing_to_run() {
    cri_fails INVALID_ARGUMENT cmd ExecSync "{\"container_id\":\"$container\"}"
}

test_not_in_a_container_that_does_not_run() {
    local id
    id=$(container_create "$pod" idle)
    cri_fails FAILED_PRECONDITION "$id" ExecSync "{\"container_id\":\"$id\",\"cmd\":[\"true\"]}"
    container_start "$id"
    container_stop "$id"
    cri_fails FAILED_PRECONDITION "$id" ExecSync "{\"container_id\":\"$id\",\"cmd\":[\"true\"]}"
}

test_many_at_once() {
    # On every call the right answer: nothing is mixed up.
    is "$(seq 1 40)" "$(seq 1 40 | xargs -P 8 -I{} "$BUILD/cri-client" --timeout 120 ExecSync \
        "{\"container_id\":\"$container\",\"cmd\":[\"echo\",\"{}\"]}" | jq -r '.stdout | rtrimstr("\n")' | sort -n)"
}

run_tests
