#!/usr/bin/env bash
# Line coverage of domain and adapters; fails under 90 %. Any arguments go to `cargo llvm-cov`.
set -euo pipefail
cd "$(dirname "$0")/.."
tools="$(cd .. && pwd)/.tools"
if ! command -v cargo-llvm-cov >/dev/null && [ ! -x "$tools/bin/cargo-llvm-cov" ]; then
  cargo install --locked cargo-llvm-cov --version '^0.9' --root "$tools"
fi
export PATH="$tools/bin:$PATH"
# rustup's llvm-tools if they are installed, else Debian's llvm of the compiler's version.
llvm="$(rustc -vV | sed -n 's/^LLVM version: \([0-9]*\).*/\1/p')"
if ! ls "$(rustc --print sysroot)"/lib/rustlib/*/bin/llvm-cov >/dev/null 2>&1; then
  command -v "llvm-cov-$llvm" >/dev/null || { echo "coverage: rustup component add llvm-tools, or install llvm-$llvm" >&2; exit 1; }
  export LLVM_COV="llvm-cov-$llvm" LLVM_PROFDATA="llvm-profdata-$llvm"
fi
# Only what is promised: main.rs is wiring, fuzzing.rs is a test.
cargo llvm-cov --locked --ignore-filename-regex '(main|config|fuzzing)\.rs$|/target/' --fail-under-lines 90 --summary-only "$@"
