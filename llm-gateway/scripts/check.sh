#!/usr/bin/env bash
# Everything that must hold of the gateway: format, lints, tests (with a bounded run of the fuzzers), licences.
#   scripts/check.sh                 as part of `make test`
#   ADVISORIES=1 scripts/check.sh    also asks the advisory database, where there is a network
set -euo pipefail
cd "$(dirname "$0")/.."
deny_version=0.20
tools="$(cd .. && pwd)/.tools"
jobs="${CARGO_BUILD_JOBS:-2}"

cargo fmt --all --check
cargo clippy --locked -j "$jobs" --workspace --all-targets -- -D warnings
cargo test --locked -j "$jobs"

if ! command -v cargo-deny >/dev/null && [ ! -x "$tools/bin/cargo-deny" ]; then
  cargo install --locked --debug cargo-deny --version "^$deny_version" --root "$tools"
fi
PATH="$tools/bin:$PATH" cargo deny --log-level error check ${ADVISORIES:+advisories} bans licenses sources
