#!/bin/bash
# Runs unit test programs one after the other and adds up cmocka's TAP output.
# Usage: run-unit.sh PROGRAM...    Ends with "unit: N passed, N failed, N skipped".
set -uo pipefail
passed=0 failed=0 skipped=0
for program in "$@"; do
    output=$(CMOCKA_MESSAGE_OUTPUT=TAP "$program" 2>&1)
    status=$?
    ok=$(grep -c '^ok ' <<<"$output")
    bad=$(grep -c '^not ok ' <<<"$output")
    skip=$(grep -c '^ok .*# SKIP' <<<"$output")
    # A crash, or a sanitizer's report after the last test, is a failure of its own.
    if [ "$status" -ne 0 ] && [ "$bad" -eq 0 ]; then bad=1; fi
    if [ "$ok" -eq 0 ] && [ "$bad" -eq 0 ]; then bad=1; fi
    [ "$bad" -eq 0 ] || printf '%s\n%s\n' "FAILED: $program (exit status $status)" "$output"
    passed=$((passed + ok - skip)) failed=$((failed + bad)) skipped=$((skipped + skip))
done
echo "unit: $passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
