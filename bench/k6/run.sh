#!/usr/bin/env bash
# Puts load on the running local cloud, or on the one stage that is named, and prints a table. Fails if less went well than
# the scenarios demand; no time decides anything.
#   make load                                          the local cloud (SCRIPTED=1 make up)
#   make load SCALE=0.1 SCENARIOS="day sign-ins"       a tenth of it, and not all
#   make load STAGE=staging URL=https://….example.com  a stage: its name and its address
set -euo pipefail
cd "$(dirname "$0")/../.."
k6=1.8.1
stage=${STAGE:-local} url=${URL:-} scale=${SCALE:-1}
fail() { echo "load: $*" >&2; exit 1; }

case $stage in
  local)
    endpoints=${YORIAI_ENDPOINTS:-.local/endpoints.json}
    [ -f "$endpoints" ] || fail "the local cloud is not up: SCRIPTED=1 make up"
    own=$(node -p 'JSON.parse(require("fs").readFileSync(process.argv[1], "utf8")).web' "$endpoints")
    [ "${url:-$own}" = "$own" ] || fail "$url is not the local cloud ($own): name the stage that it is, STAGE=staging"
    url=$own
    ;;
  dev | staging | prod)
    [[ $url =~ ^https://[A-Za-z0-9.-]+$ ]] || fail "say where stage $stage is: URL=https://… without a path"
    ;;
  *) fail "there is no stage $stage" ;;
esac
[[ $scale =~ ^[0-9]+(\.[0-9]+)?$ ]] && [ "$(node -p "$scale > 0 && $scale <= 10")" = true ] || fail "SCALE=$scale is no number up to 10"
scenarios=${SCENARIOS:-day sign-ins sockets asks}
for scenario in $scenarios; do
  [ -f "bench/k6/$scenario.js" ] && [ "$scenario" != yoriai ] || fail "there is no scenario $scenario"
done
node -e '
  fetch(`${process.argv[1]}/api/health`, { signal: AbortSignal.timeout(30_000) })
    .then((answer) => answer.json()).then(({ status }) => process.exit(status === "ok" ? 0 : 1), () => process.exit(1));
' "$url" || fail "no Yoriai answers at $url"

program=.tools/bin/k6
if ! "$program" version 2>/dev/null | grep -q "v$k6"; then
  echo "installing k6 $k6 (some minutes, once)"
  GOBIN=$PWD/.tools/bin GOFLAGS=-p=2 go install "go.k6.io/k6@v$k6"
fi

echo "Load on $stage, $url, at $scale of full size"
echo
echo "| scenario | what | how many | p50 ms | p95 ms | p99 ms | held |"
echo "|---|---|---:|---:|---:|---:|---|"
failed=()
for scenario in $scenarios; do
  if [ "$scenario" = asks ] && [ "$stage" != local ]; then
    echo "| asks | left out: only the local cloud has the scripted provider | | | | | |"
    continue
  fi
  # 99: less went well than was demanded; the table says what.
  "$program" run --quiet --no-usage-report -e YORIAI_URL="$url" -e SCALE="$scale" "bench/k6/$scenario.js" || failed+=("$scenario")
done
[ ${#failed[@]} = 0 ] || fail "not all held: ${failed[*]}"
