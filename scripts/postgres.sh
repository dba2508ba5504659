#!/usr/bin/env bash
# A PostgreSQL of the tests' own, on loopback: `scripts/postgres.sh start|stop|crash|sql <statement>`. Its data are thrown away by `stop`.
# With another POSTGRES_PORT it is another one.
set -euo pipefail
port="${POSTGRES_PORT:-55432}"
data="${TMPDIR:-/tmp}/duckpaddle-postgres-$port"
bin="$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -1)"
if [ -z "$bin" ]; then
  echo 'PostgreSQL is not installed: apt-get install postgresql' >&2
  exit 1
fi

# It refuses to run as root.
as_user() {
  if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
}

start() {
  if [ ! -d "$data/data" ]; then
    mkdir -p "$data"
    if [ "$(id -u)" = 0 ]; then chown postgres "$data"; fi
    as_user "$bin/initdb" -D "$data/data" -U duckpaddle -A trust --no-sync >/dev/null
  fi
  as_user "$bin/pg_ctl" -D "$data/data" -w -l "$data/log" \
    -o "-k $data -p $port -h 127.0.0.1 -c max_connections=200" start >/dev/null
}

case "${1:-}" in
  start) start ;;
  stop)
    as_user "$bin/pg_ctl" -D "$data/data" -w -m fast stop >/dev/null || true
    rm -rf "$data"
    ;;
  crash) as_user "$bin/pg_ctl" -D "$data/data" -w -m immediate stop >/dev/null ;;
  sql) "$bin/psql" -q -h 127.0.0.1 -p "$port" -U duckpaddle -d postgres -v ON_ERROR_STOP=1 -c "$2" ;;
  *)
    echo 'start, stop, crash or sql?' >&2
    exit 1
    ;;
esac
