#!/usr/bin/env bash
# docker-engine.sh start|stop: a Docker engine for the tests on a machine (root on Debian) that may have none. `start`
# leaves an engine that answers alone; `stop` ends only the engine that `start` started.
set -euo pipefail

state=/run/zookit-docker-engine
log=/var/log/zookit-docker-engine.log

answers() { docker info >/dev/null 2>&1; }

is_running() { [ -e "$state" ] && kill -0 "$(cat "$state")" 2>/dev/null; }

start() {
  answers && return
  if ! command -v dockerd >/dev/null; then
    apt-get install -y -qq --no-install-recommends docker.io iptables
  fi
  # Where the kernel has no overlay file system, the engine works without, only slower.
  for flag in "" "--storage-driver=vfs"; do
    # A session of its own: the engine outlives this script.
    setsid dockerd ${flag:+"$flag"} >"$log" 2>&1 </dev/null &
    echo $! >"$state"
    for _ in $(seq 60); do
      answers && return
      is_running || break
      sleep 1
    done
    stop
  done
  echo "dockerd does not come up; the end of its log:" >&2
  tail -n 20 "$log" >&2
  exit 1
}

stop() {
  is_running || return 0
  local engine
  engine=$(cat "$state")
  kill "$engine"
  # dockerd ends its containers and containerd first. It is no child of this shell when `stop` is a run of its own.
  while kill -0 "$engine" 2>/dev/null; do sleep 0.2; done
  rm -f "$state"
}

case ${1:-} in
  start | stop) "$1" ;;
  *)
    echo "usage: $0 start|stop" >&2
    exit 2
    ;;
esac
