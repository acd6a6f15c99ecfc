#!/usr/bin/env bash
# Line coverage of src/domain and src/adapters, by file and in all; fails if either is under 90 %.
# Lines of `#[cfg(test)]` modules do not count: they would praise themselves. Arguments go to `cargo test`.
set -euo pipefail
cd "$(dirname "$0")/.."
tools="$(cd .. && pwd)/.tools"
least=90
jobs="${CARGO_BUILD_JOBS:-2}"
if ! command -v cargo-llvm-cov >/dev/null && [ ! -x "$tools/bin/cargo-llvm-cov" ]; then
  cargo install --locked cargo-llvm-cov --version '^0.9' --root "$tools"
fi
export PATH="$tools/bin:$PATH"

# Profiles are read by the LLVM that wrote them: rustup's llvm-tools, which belong to the compiler, else (where Rust is
# a distribution's) the distribution's LLVM of the compiler's version.
has_tools() { ls "$(rustc --print sysroot)"/lib/rustlib/*/bin/llvm-cov >/dev/null 2>&1; }
if ! has_tools && command -v rustup >/dev/null; then rustup component add llvm-tools; fi
if ! has_tools; then
  llvm="$(rustc -vV | sed -n 's/^LLVM version: \([0-9]*\).*/\1/p')"
  command -v "llvm-cov-$llvm" >/dev/null || { echo "coverage: install llvm-$llvm" >&2; exit 1; }
  export LLVM_COV="llvm-cov-$llvm" LLVM_PROFDATA="llvm-profdata-$llvm"
fi

lines="$PWD/target/coverage.lcov"
cargo llvm-cov --locked -j "$jobs" --lcov --output-path "$lines" -- "$@"

awk -v root="$PWD/src/" -v least="$least" '
  function percent(hit, all) { return all ? 100 * hit / all : 100 }
  function row(name, hit, all) { return sprintf("%7.2f %%  %5d of %5d  %s", percent(hit, all), hit, all, name) }
  /^SF:/ {
    file = substr($0, 4); tests = 0; wanted = index(file, root) == 1
    name = substr(file, length(root) + 1); folder = name; sub(/\/.*/, "", folder)
    wanted = wanted && (folder == "domain" || folder == "adapters") && name !~ /\/generated\//
    if (wanted) for (n = 1; (getline text < file) > 0; n++) if (text == "#[cfg(test)]") { tests = n; break }
    close(file)
  }
  wanted && /^DA:/ {
    split(substr($0, 4), line, ",")
    if (tests && line[1] >= tests) next
    all[name]++; of[folder]++; hit[name] += line[2] > 0; hits[folder] += line[2] > 0
  }
  END {
    for (name in all) print row(name, hit[name], all[name]) | "sort -k6"
    close("sort -k6")
    print ""
    for (folder in of) {
      print row("src/" folder, hits[folder], of[folder])
      sum += of[folder]; sum_hit += hits[folder]; folders++
      low = low || percent(hits[folder], of[folder]) < least
    }
    print row("both", sum_hit, sum)
    if (folders != 2) { print "coverage: nothing was measured"; exit 1 }
    if (low) { print "coverage: under " least " %"; exit 1 }
  }' "$lines"
