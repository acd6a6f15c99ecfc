#!/usr/bin/env bash
# Runs the fuzz targets with libFuzzer, from the recorded answers on; stops at the first crash and says which input it was.
#   scripts/fuzz.sh                  each target for 30 seconds
#   scripts/fuzz.sh 600 sse answers  those two for ten minutes each
#   scripts/fuzz.sh build            only shows that they build
# `cargo fuzz` would need a nightly compiler. All it adds that is needed here is the instrumentation, whose flags are
# stable; the gateway forbids unsafe code, so there is little for a sanitizer to find.
set -euo pipefail
cd "$(dirname "$0")/../fuzz"
seconds="${1:-30}"
if [ $# -gt 1 ]; then targets=("${@:2}"); else targets=(sse answers requests text); fi
host="$(rustc -vV | sed -n 's/^host: //p')"
export RUSTFLAGS="--cfg fuzzing -Ccodegen-units=1 -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4
  -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table
  -Cllvm-args=-sanitizer-coverage-trace-compares"
# Naming the target keeps the flags away from build scripts.
cargo build --release --locked -j "${CARGO_BUILD_JOBS:-2}" --target "$host"
[ "$seconds" = build ] && exit

mkdir -p corpus/seeds artifacts
for file in ../tests/fixtures/*/* ../tests/odd/*-*; do
  cp "$file" "corpus/seeds/$(basename "$(dirname "$file")")-$(basename "$file")"
done
for target in "${targets[@]}"; do
  mkdir -p "corpus/$target"
  echo "== $target"
  # A unit that takes ten seconds is a finding too.
  "target/$host/release/$target" -max_total_time="$seconds" -max_len=4096 -timeout=10 -artifact_prefix="artifacts/$target-" \
    -print_final_stats=1 -verbosity=0 "corpus/$target" corpus/seeds
done
