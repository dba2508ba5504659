#!/usr/bin/env bash
# A MariaDB of the tests' own, on loopback: `scripts/mariadb.sh start|stop|crash|sql <statement>`. Its data are thrown away by `stop`.
# With another MARIADB_PORT it is another one.
set -euo pipefail
cd "$(dirname "$0")/.."
port="${MARIADB_PORT:-55306}"
data="$PWD/build/remote/mariadb-$port"
# Debian has the server where only root looks for programs.
PATH="$PATH:/usr/sbin"
if ! command -v mariadbd >/dev/null; then
  echo 'MariaDB is not installed: apt-get install --no-install-recommends mariadb-server' >&2
  exit 1
fi

sql() { mariadb --no-defaults --host=127.0.0.1 --port="$port" --user=duckpaddle --password=duckpaddle --batch --execute="$1"; }

is_running() { [ -f "$data/pid" ] && kill -0 "$(cat "$data/pid")" 2>/dev/null; }

wait_for_end() { while is_running; do sleep 0.05; done; }

start() {
  if is_running; then return; fi
  # By the account that runs this, root too: it would be another one that could not get at the folder.
  local options=(--no-defaults --user="$(id -un)" --datadir="$data/data")
  if [ ! -d "$data/data" ]; then
    mkdir -p "$data"
    mariadb-install-db "${options[@]}" --auth-root-authentication-method=normal --skip-test-db >"$data/log" 2>&1
    {
      echo "CREATE USER duckpaddle IDENTIFIED BY 'duckpaddle';"
      echo 'GRANT ALL ON *.* TO duckpaddle;'
      echo 'CREATE DATABASE IF NOT EXISTS app;'
    } >"$data/init.sql"
    options+=(--init-file="$data/init.sql")
  fi
  # Without a socket in the file system, whose path may be longer than one can be.
  nohup mariadbd "${options[@]}" --bind-address=127.0.0.1 --port="$port" --socket= --pid-file="$data/pid" \
    --skip-name-resolve --character-set-server=utf8mb4 --max-connections=200 </dev/null >>"$data/log" 2>&1 &
  local server=$!
  until sql 'SELECT 1' >/dev/null 2>&1; do
    if ! kill -0 "$server" 2>/dev/null; then
      tail -20 "$data/log" >&2
      exit 1
    fi
    sleep 0.1
  done
}

case "${1:-}" in
  start) start ;;
  stop)
    if is_running; then kill "$(cat "$data/pid")"; fi
    wait_for_end
    rm -rf "$data"
    ;;
  crash)
    kill -KILL "$(cat "$data/pid")"
    wait_for_end
    ;;
  sql) sql "$2" ;;
  *)
    echo 'start, stop, crash or sql?' >&2
    exit 1
    ;;
esac
