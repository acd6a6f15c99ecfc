#!/usr/bin/env bash
# Line coverage of domain and adapters; fails under 90 %. Any arguments go to `cargo llvm-cov`.
set -euo pipefail
cd "$(dirname "$0")/.."
tools="$(cd .. && pwd)/.tools"
if ! command -v cargo-llvm-cov >/dev/null && [ ! -x "$tools/bin/cargo-llvm-cov" ]; then
  cargo install --locked cargo-llvm-cov --version '^0.9' --root "$tools"
fi
export PATH="$tools/bin:$PATH"
# Only what is promised: main.rs is wiring, fuzzing.rs is a test.
cargo llvm-cov --locked --ignore-filename-regex '(main|config|fuzzing)\.rs$|/target/' --fail-under-lines 90 --summary-only "$@"
