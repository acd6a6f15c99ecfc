#!/usr/bin/env bash
# Runs the tests of all parts, or of those named (tools generate lint go fuzz rust web stacks e2e), sets up by itself what they
# need, goes on after a failure, and closes with the sum of all runners' counts.
set -uo pipefail
cd "$(dirname "$0")/.."
root=$PWD
bin=$root/.tools/bin

# What the test bed runs, with its servers in the environment. The CDK app is apart: it needs none of them.
if [ "${1:-}" = go-tests-here ]; then
  exec go test -json -p 2 -timeout 20m ./shared/... ./functions/... ./migrations/... ./localstack/...
fi

mkdir -p "$bin"
counts=$(mktemp)
trap 'rm -f "$counts"' EXIT
export PATH=$bin:$PATH
export NEXT_TELEMETRY_DISABLED=1
# As functions are built: with another setting, everything that knows of the network would be compiled twice.
export CGO_ENABLED=0
failures=() took=()

say() { printf '\n\033[1m== %s\033[0m\n' "$*"; }

# need TOOL HOW: notes a tool that is not there.
need() { command -v "$1" >/dev/null || missing+=("$1 is missing. Get it: $2"); }

# What only the machine's owner can bring is said at once, all of it; the rest is begun.
prepare() {
  local missing=() part command
  for part in "${parts[@]}"; do
    declare -F "test_$part" >/dev/null || missing+=("there are no tests named $part")
  done
  need go https://go.dev/dl/
  need cargo https://rustup.rs
  need node https://nodejs.org/en/download
  need npm https://nodejs.org/en/download
  need cc 'apt-get install build-essential, or xcode-select --install'
  need python3 'https://www.python.org/downloads/ or apt-get install python3 python3-venv'
  if command -v python3 >/dev/null && ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
    missing+=("Python's venv is missing. Get it: apt-get install python3-venv")
  fi
  # As in localstack/internal/layout, only sooner.
  case $root in *[:\$\`\"\\]*) missing+=("the checkout's path $root has a character that PostgreSQL or search paths cannot hold: move it") ;; esac
  if [ ${#missing[@]} -gt 0 ]; then
    printf '%s\n' "${missing[@]}" >&2
    exit 1
  fi
  if wanted e2e; then
    # Looked for once; the journeys take it from here.
    CHROMIUM=$(node scripts/browser/browser.mjs) || exit 1
    export CHROMIUM
  fi
  for command in yoriai-local yoriai-testbed yoriai-tally; do
    (cd localstack && GOWORK=off go build -o "$bin/" "./cmd/$command") || exit 1
  done
  # What comes from the network comes while the first checks compile. Who needs it waits for it, and says what failed.
  if wanted generate web e2e; then web_packages 2>/dev/null & fi
  if wanted e2e; then yoriai-local build cdk >/dev/null 2>&1 & fi
}

# wanted PART…: tells whether one of them is to run.
wanted() {
  local part
  for part in "$@"; do
    case " ${parts[*]} " in *" $part "*) return 0 ;; esac
  done
  return 1
}

# check NAME COMMAND…: one check that passes or fails as a whole.
check() {
  local name=$1
  shift
  say "$name"
  local from=$SECONDS
  if "$@"; then
    echo "1 0 0" >>"$counts"
  else
    echo "0 1 0" >>"$counts"
    failures+=("$name")
  fi
  took+=("$((SECONDS - from)) s  $name")
}

# suite NAME RUNNER COMMAND…: a runner whose tests are counted. One that fails without a failed test (it does not
# compile, or died) counts as one failure.
suite() {
  local name=$1 runner=$2
  shift 2
  say "$name"
  local before after from=$SECONDS
  before=$(awk '{n += $2} END {print n + 0}' "$counts")
  "$@" 2>&1 | yoriai-tally "$runner" "$counts"
  if [ "${PIPESTATUS[0]}" != 0 ]; then
    failures+=("$name")
    after=$(awk '{n += $2} END {print n + 0}' "$counts")
    [ "$before" = "$after" ] && echo "0 1 0" >>"$counts"
  fi
  took+=("$((SECONDS - from)) s  $name")
}

web_packages() { yoriai-local build web-packages >/dev/null; }

test_tools() { suite "tools" node node --test scripts/*.test.mjs scripts/browser/*.test.mjs bench/k6/*.test.mjs; }

generated_code() { web_packages && scripts/generate.sh --check; }
test_generate() { check "generated code" generated_code; }

golangci=2.15.0
lint_module() {
  if ! golangci-lint version 2>/dev/null | grep -q "$golangci"; then
    echo "installing golangci-lint $golangci (about two minutes, once)"
    GOBIN=$bin GOFLAGS=-p=2 go install "github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v$golangci" || return 1
  fi
  # Outside the workspace where a module is complete by itself, with the very packages that were compiled before.
  local workspace=
  case $1 in stacks | localstack) workspace=off ;; esac
  (cd "$1" && GOWORK=$workspace golangci-lint run --allow-parallel-runners ./...)
}
actionlint=1.7.7
lint_workflows() {
  if ! actionlint -version 2>/dev/null | grep -q "$actionlint"; then
    GOBIN=$bin go install "github.com/rhysd/actionlint/cmd/actionlint@v$actionlint" || return 1
  fi
  actionlint
}
test_lint() {
  local module
  check "actionlint" lint_workflows
  for module in shared functions migrations localstack stacks; do
    check "golangci-lint: $module" lint_module "$module"
  done
}

test_go() { suite "Go" go yoriai-testbed scripts/test.sh go-tests-here; }

test_fuzz() { check "the HTTP contract under a fuzzer" scripts/fuzz-contract.sh; }

test_rust() { suite "gateway" cargo llm-gateway/scripts/check.sh; }

test_web() {
  check "web packages" web_packages
  check "web: lint" npm --prefix web run --silent lint
  check "web: types" npm --prefix web run --silent typecheck
  suite "web: unit tests" vitest npm --prefix web test
}

stacks_tests() { (cd stacks && GOWORK=off go test -json -timeout 20m ./...); }
test_stacks() {
  check "CDK app" yoriai-local build stacks
  suite "stacks" go stacks_tests
  check "cfn-lint" stacks/scripts/cfn-lint.sh
}

# End to end: a local cloud of its own, with its own data and ports, so that a running `make up` is not disturbed.
test_e2e() {
  export YORIAI_HOME=.cache/e2e SCRIPTED=1
  export YORIAI_PORT_WEB=18080 YORIAI_PORT_NEXT=13100 YORIAI_PORT_AWS=14566 YORIAI_PORT_POSTGRES=15432
  export YORIAI_PORT_REDIS=16379 YORIAI_PORT_GATEWAY_REST=18089 YORIAI_PORT_GATEWAY_GRPC=15061 YORIAI_PORT_MODEL=18091
  check "web packages" web_packages
  # What journeys start in passing must not be compiled while they wait.
  check "upkeep" go build -o /dev/null ./shared/cmd/upkeep
  yoriai-local reset >/dev/null
  trap 'yoriai-local down >/dev/null 2>&1; rm -f "$counts"' EXIT
  check "local cloud" yoriai-local up --detach
  # Written when everything is ready; without it the check above has failed.
  export YORIAI_ENDPOINTS=$root/$YORIAI_HOME/endpoints.json YORIAI_URL=http://localhost:$YORIAI_PORT_WEB
  if [ -f "$YORIAI_ENDPOINTS" ]; then
    suite "convergence of the protocol" vitest npm --prefix web run test:convergence
    suite "end to end" node npm --prefix web run e2e
    check "no log has a hole" go run ./shared/cmd/upkeep prove
  fi
  check "local cloud stops" yoriai-local down
}

# Read whole before it runs: the file may change while the tests do.
main() {
  parts=("$@")
  [ $# = 0 ] && parts=(tools generate lint go fuzz rust web stacks e2e)
  prepare
  for part in "${parts[@]}"; do
    "test_$part"
  done

  say "took $SECONDS s"
  printf '%s\n' "${took[@]}"
  for name in "${failures[@]}"; do
    echo "failed: $name"
  done
  yoriai-tally sum "$counts"
}
main "$@"
exit
