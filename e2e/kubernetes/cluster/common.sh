# What the scripts beside this file share. Sourced.
#
# MURDER_CLUSTER  directory of the cluster: programs, images and, while it is up, its state (default: build/cluster)
# MURDER_KUBE     the binary that `build` makes (default: $MURDER_CLUSTER/kube); one can serve several checkouts
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cluster=${MURDER_CLUSTER:-$here/../../../build/cluster}
mkdir -p "$cluster"
cluster=$(cd "$cluster" && pwd -P)
kube=${MURDER_KUBE:-$cluster/kube}
state=$cluster/node

# The kubelet's cgroups: two clusters on one machine must not take each other's for orphans.
cgroup=murder-cluster-$(cksum <<<"$cluster" | cut -d ' ' -f 1)

fail() {
    echo "cluster: $*" >&2
    exit 1
}

# wait_until SECONDS WHAT COMMAND...: runs COMMAND until it succeeds; fails with WHAT and its last words after SECONDS,
# and at once when the node has ended. By asking again: what is waited for (an answer of the API server, a Ready node) comes
# from programs that signal nothing.
wait_until() {
    local deadline=$((SECONDS + $1)) what=$2 output
    shift 2
    until output=$("$@" 2>&1); do
        running || fail "$what: the node has ended; see $state/log"
        [ "$SECONDS" -lt "$deadline" ] || fail "$what: not in time: ${output##*$'\n'}; see $state/log"
        sleep 0.1
    done
}

# The cluster's process, as "PID START-TIME": a process that got the same number later is another one.
identity() { [ -r "/proc/$1/stat" ] && sed -E "s/^([0-9]+) .*\) ([^ ]+ ){19}([0-9]+) .*/\1 \3/" "/proc/$1/stat"; }

running() { [ -r "$state/pid" ] && [ "$(identity "$(cut -d ' ' -f 1 "$state/pid")")" = "$(cat "$state/pid")" ]; }

# The process that is number 1 inside the node.
init() { pgrep -P "$(cut -d ' ' -f 1 "$state/pid")"; }

need_running() { running || fail "no cluster is up: ./dev cluster up"; }

# in_network COMMAND...: in the node's network, with this machine's files.
in_network() {
    if [ -e "$state/api-only" ]; then "$@"; else nsenter --target "$(init)" --net -- "$@"; fi
}

# in_node COMMAND...: as the node's own programs see the world.
in_node() { nsenter --target "$(init)" --net --mount --pid --uts -- "$@"; }
