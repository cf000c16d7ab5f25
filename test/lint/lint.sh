#!/bin/bash
# Formatting, layers, clang-tidy and cppcheck over all sources. Usage: lint.sh [BUILD DIRECTORY]
# The generated headers must have been made (make lint does).
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
build=${1:-build}
mapfile -t sources < <(git ls-files --cached --others --exclude-standard '*.c')
mapfile -t headers < <(git ls-files --cached --others --exclude-standard '*.h')
[ "${#sources[@]}" -gt 0 ] || { echo "lint: no sources" >&2; exit 1; }
failed=0
step() {
    local name=$1
    shift
    if "$@" >"$build/lint.log" 2>&1; then
        echo "lint: $name is clean"
    else
        failed=1
        cat "$build/lint.log"
        echo "lint: $name has findings"
    fi
}
flags=(-I. "-I$build" -D_GNU_SOURCE -std=c17 '-DDOCKERSHIMD_VERSION="lint"' '-DPAUSE_REFERENCE="lint"')

tidy() {
    printf '%s\n' "${sources[@]}" | grep -v '^shim/pause/' |
        xargs -P "$(nproc)" -I{} clang-tidy-14 --quiet {} -- "${flags[@]}"
}
step clang-format clang-format-14 --dry-run -Werror "${sources[@]}" "${headers[@]}"
step layers test/lint/layers.sh
step cppcheck cppcheck -q -j "$(nproc)" --std=c11 --error-exitcode=1 --inline-suppr \
    --enable=warning,performance,portability --suppress=missingIncludeSystem \
    --suppress=missingInclude --suppress=normalCheckLevelMaxBranches -I. shim dockerapi cri
step clang-tidy tidy
exit "$failed"
