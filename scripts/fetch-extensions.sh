#!/usr/bin/env bash
# DuckDB's extensions for `npm run test:remote`, from their Python packages, into build/remote/extensions.
set -euo pipefail
cd "$(dirname "$0")/.."
version="$(node -p 'require("./test/remote/versions.json").duckdb')"
target=build/remote/extensions
if [ -f "$target/$version" ] && [ -f "$target/mysql_scanner.duckdb_extension" ]; then exit 0; fi
rm -rf "$target"
mkdir -p "$target/wheels"
for name in ducklake postgres sqlite mysql quack httpfs; do
  pip download --quiet --no-deps --dest "$target/wheels" "duckdb-extension-$name==$version"
done
for wheel in "$target"/wheels/*.whl; do
  python3 -m zipfile -e "$wheel" "$target/wheels"
done
find "$target/wheels" -name '*.duckdb_extension' -exec mv {} "$target" \;
# Their files have to be called like the extensions, which the packages are not.
for name in postgres sqlite mysql; do
  mv "$target/$name.duckdb_extension" "$target/${name}_scanner.duckdb_extension"
done
rm -rf "$target/wheels"
touch "$target/$version"
