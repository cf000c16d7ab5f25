#!/bin/bash
# Fails on an include that is not in the table below: folders may include only downwards. Fails as
# well when it saw no input, so that a wrong path cannot pass.
set -euo pipefail
cd "$(dirname "$0")/../.."

# folder: the folders that its files may include, besides itself
allowed() {
    case $1 in
    shim/base) echo "" ;;
    dockerapi) echo "shim/base" ;;
    cri) echo "shim/base proto" ;;
    cri/grpc) echo "shim/base proto cri" ;;
    cri/stream) echo "shim/base cri" ;;
    shim/translate) echo "shim/base proto" ;;
    shim/inventory | shim/network | shim/logs | shim/stats) echo "shim/base proto dockerapi shim/translate" ;;
    shim/rpc) echo "shim/base proto dockerapi cri shim/translate shim/inventory shim/network shim/logs shim/stats" ;;
    shim) echo "shim/base proto dockerapi cri cri/grpc cri/stream shim/translate shim/inventory shim/network shim/logs shim/stats shim/rpc" ;;
    *) return 1 ;;
    esac
}

seen=0 bad=0
while IFS=: read -r file _ line; do
    from=$(dirname "$file")
    target=${line#*\"}
    target=${target%%\"*}
    to=$(dirname "$target")
    seen=$((seen + 1))
    [ "$from" != "$to" ] || continue
    case " $(allowed "$from") " in
    *" $to "*) ;;
    *)
        echo "layers: $file includes \"$target\"" >&2
        bad=$((bad + 1))
        ;;
    esac
done < <(git ls-files --cached --others --exclude-standard 'shim/*.[ch]' 'dockerapi/*.[ch]' 'cri/*.[ch]' |
    xargs grep -nE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' /dev/null)

# Three vocabularies, three places.
check_only_in() {
    local what=$1 where=$2 pattern=$3 hits
    hits=$(git ls-files --cached --others --exclude-standard 'shim/*.[ch]' 'dockerapi/*.[ch]' 'cri/*.[ch]' |
        grep -vE "$where" | xargs grep -nE "$pattern" /dev/null || true)
    if [ -n "$hits" ]; then
        printf 'layers: %s outside its folder:\n%s\n' "$what" "$hits" >&2
        bad=$((bad + 1))
    fi
}
check_only_in "gRPC" '^cri/grpc/' '#[[:space:]]*include[[:space:]]*<grpc/'
check_only_in "libcurl" '^dockerapi/' '#[[:space:]]*include[[:space:]]*<curl/'
check_only_in "a Docker URL" '^dockerapi/' '"/(containers|images|exec|networks|volumes|events|info|_ping)[/"?]'
check_only_in "a Docker key" '^shim/translate/' '"(HostConfig|NetworkSettings|State|RepoTags|RepoDigests|Labels|Mounts)"'

[ "$seen" -gt 0 ] || { echo "layers: saw no include at all" >&2; exit 1; }
[ "$bad" -eq 0 ] || exit 1
echo "layers: $seen includes, all downwards"
