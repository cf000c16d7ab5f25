#!/bin/bash
# Everything that `make test` runs, and one line of totals at the end.
# A step that crashes, hangs or prints no result counts as a failure.
# Usage: run.sh [STEP...]     unit, transcript, engine, sanitizer; all of them without an argument
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
passed=0 failed=0 skipped=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# count NAME SECONDS COMMAND...: runs a step and adds up its TAP, or the totals in its last line.
count() {
    local name=$1 seconds=$2 ok bad skip status
    shift 2
    echo "== $name"
    timeout --kill-after=60 "$seconds" "$@" >"$log" 2>&1 </dev/null
    status=$?
    bad=$(grep -c '^not ok ' "$log")
    skip=$(grep -cE '^ok .*# SKIP|^skip ' "$log")
    ok=$(grep '^ok ' "$log" | grep -vc '# SKIP')
    if [[ $(tail -n 1 "$log") =~ ([0-9]+)\ passed,\ ([0-9]+)\ failed,\ ([0-9]+)\ skipped ]]; then
        ok=${BASH_REMATCH[1]} bad=${BASH_REMATCH[2]} skip=${BASH_REMATCH[3]}
    fi
    if [ "$status" -eq 77 ]; then
        skip=$((skip + 1))
        echo "skipped: $(tail -n 1 "$log")"
    elif [ "$bad" -eq 0 ] && { [ "$status" -ne 0 ] || [ "$ok" -eq 0 ]; }; then
        bad=1
        echo "not ok - $name ended with status $status"
    fi
    [ "$bad" -eq 0 ] || grep -v '^ok ' "$log" | tail -n 200
    grep -E '# SKIP|^skip ' "$log"
    echo "$name: $ok passed, $bad failed, $skip skipped"
    passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + skip))
}

build() {
    echo "== build ${1:-}"
    if ! make -s ${1:-} programs unit-programs >"$log" 2>&1 </dev/null; then
        cat "$log"
        failed=$((failed + 1))
        return 1
    fi
}

unit() { count "unit tests ${1#build}" 600 make -s $2 unit; }
transcripts() { count "transcripts ${1#build}" 900 "$1/transcript" "$1/dockershimd" test/transcript/*/*.txt; }
engine() {
    local script
    for script in test/engine/*.sh; do
        [ -x "$script" ] || continue # what tests share is no test
        count "$script ${1#build}" 900 env BUILD="$1" test/rig/with-rig.sh "$script"
    done
}

[ $# -gt 0 ] || set -- unit transcript engine sanitizer
for step in "$@"; do
    case $step in
    unit) build && unit build "" ;;
    transcript) build && transcripts build ;;
    engine) build && engine build ;;
    sanitizer) build SAN=1 && unit build/san SAN=1 && transcripts build/san && engine build/san ;;
    *) echo "run.sh: unknown step $step" >&2; exit 2 ;;
    esac
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
