#!/usr/bin/env bash
# Measures the gateway beside its peers, all before the same fake provider in the same run, on loopback only. The
# gateway under test has one core, load and provider the other. Writes the gateway's part of docs/benchmarks.md.
#   bench/gateway/run.sh             everything; about four minutes after the first installation
#   PEERS="direct nginx ours" SECONDS_EACH=3 bench/gateway/run.sh
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
root="$(cd "$here/../.." && pwd)"
cache="$root/.cache/bench"
work="$cache/run"
peers="${PEERS:-direct nginx ours portkey litellm}"
each="${SECONDS_EACH:-5}"
rounds="${ROUNDS:-3}"
gateway_core=1
load_core=0
# LiteLLM at exactly this version: a later one was reported compromised.
litellm_version=1.106.2
portkey_version=1.15.2

rm -rf "$work"
mkdir -p "$work" "$cache/bin"
pids=()
finish() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
}
trap finish EXIT

need() { command -v "$1" >/dev/null || { echo "bench: $1 is missing (Debian: $2)" >&2; exit 1; }; }
need wrk wrk
need nginx nginx-light
need taskset util-linux
wants() { [[ " $peers " == *" $1 "* ]]; }

echo "building"
(cd "$here" && GOWORK=off go build -o "$cache/bin/" ./upstream ./load)
[ -n "${NO_BUILD:-}" ] || (cd "$root/llm-gateway" && cargo build --release --locked -q -j "${CARGO_BUILD_JOBS:-2}")
if wants litellm && [ ! -x "$cache/litellm/bin/litellm" ]; then
  python3 -m venv "$cache/litellm"
  "$cache/litellm/bin/pip" install -q "litellm[proxy]==$litellm_version"
fi
if wants portkey && [ ! -d "$cache/node_modules/@portkey-ai/gateway" ]; then
  (cd "$cache" && npm install --no-fund --no-audit --silent "@portkey-ai/gateway@$portkey_version")
fi

# Not functions: in the background those would leave a shell between us and the process to be ended.
on_gateway_core="taskset -c $gateway_core"
on_load_core="taskset -c $load_core"

openai_body() { printf '{"model":"%s","messages":[{"role":"user","content":"Hello"}]%s}' "$1" "$2"; }
ours_body() { printf '{"provider":"bench","model":"%s","messages":[{"role":"user","content":[{"type":"text","text":"Hello"}]}]%s}' "$1" "$2"; }
for kind in openai ours; do
  "${kind}_body" fast '' > "$work/$kind.plain"
  "${kind}_body" fast ',"stream":true' > "$work/$kind.stream"
  "${kind}_body" slow ',"stream":true' > "$work/$kind.slow"
done

$on_load_core "$cache/bin/upstream" -addr 127.0.0.1:9100 > /dev/null 2>&1 & pids+=($!)
declare -A url body extra pid
url[direct]=http://127.0.0.1:9100/v1/chat/completions; body[direct]=openai

if wants nginx; then
  cat > "$work/nginx.conf" <<CONF
daemon off; worker_processes 1; pid $work/nginx.pid; error_log $work/nginx.log warn;
events { worker_connections 8192; }
http { access_log off; client_body_temp_path $work/body; proxy_temp_path $work/proxy;
  fastcgi_temp_path $work/f; uwsgi_temp_path $work/u; scgi_temp_path $work/s; keepalive_requests 1000000;
  upstream provider { server 127.0.0.1:9100; keepalive 512; keepalive_requests 1000000; }
  server { listen 127.0.0.1:9101; tcp_nodelay on;
    location / { proxy_pass http://provider; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off; } } }
CONF
  $on_gateway_core nginx -c "$work/nginx.conf" -e "$work/nginx.log" > /dev/null 2>&1 & pids+=($!); pid[nginx]=$!
  url[nginx]=http://127.0.0.1:9101/v1/chat/completions; body[nginx]=openai
fi
if wants ours; then
  env -i GATEWAY_REST_ADDR=127.0.0.1:9102 GATEWAY_GRPC_ADDR=127.0.0.1:9103 \
    OPENAI_COMPATIBLE_SERVERS='[{"name":"bench","base_url":"http://127.0.0.1:9100/v1"}]' \
    taskset -c "$gateway_core" "$root/llm-gateway/target/release/llm-gateway" > "$work/ours.log" 2>&1 & pids+=($!); pid[ours]=$!
  url[ours]=http://127.0.0.1:9102/completions; body[ours]=ours
fi
if wants portkey; then
  $on_gateway_core node "$cache/node_modules/@portkey-ai/gateway/build/start-server.js" --headless --port=9104 > "$work/portkey.log" 2>&1 & pids+=($!); pid[portkey]=$!
  url[portkey]=http://127.0.0.1:9104/v1/chat/completions; body[portkey]=openai
  extra[portkey]='x-portkey-provider: openai|x-portkey-custom-host: http://127.0.0.1:9100/v1|authorization: Bearer x'
fi
if wants litellm; then
  cat > "$work/litellm.yaml" <<CONF
model_list:
  - {model_name: fast, litellm_params: {model: openai/fast, api_base: "http://127.0.0.1:9100/v1", api_key: x}}
  - {model_name: slow, litellm_params: {model: openai/slow, api_base: "http://127.0.0.1:9100/v1", api_key: x}}
CONF
  LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY=true LITELLM_LOCAL_MODEL_COST_MAP=True LITELLM_LOG=ERROR \
    $on_gateway_core "$cache/litellm/bin/litellm" --config "$work/litellm.yaml" --host 127.0.0.1 --port 9105 > "$work/litellm.log" 2>&1 & pids+=($!); pid[litellm]=$!
  url[litellm]=http://127.0.0.1:9105/v1/chat/completions; body[litellm]=openai
  extra[litellm]='authorization: Bearer x'
fi

flags() { # the extra headers of a peer, for the load program
  local headers; IFS='|' read -ra headers <<< "${extra[$1]:-}"
  for header in "${headers[@]}"; do printf -- '-header\n%s\n' "$header"; done
}
# load PEER MODE BODY ARGUMENTS…: one JSON line of results
load() {
  local peer=$1 mode=$2 kind=$3; shift 3
  mapfile -t headers < <(flags "$peer")
  $on_load_core "$cache/bin/load" "$mode" -target "${url[$peer]}" -body "$work/${body[$peer]}.$kind" "${headers[@]}" "$@"
}
note() { printf '{"peer":"%s","what":"%s","result":%s}\n' "$1" "$2" "$3" >> "$work/results.jsonl"; }

for peer in $peers; do # wait until each answers
  for attempt in $(seq 120); do
    load "$peer" open plain -rate 20 -seconds 1 2>/dev/null | grep -q '"failed":0' && break
    [ "$attempt" = 120 ] && { echo "bench: $peer does not answer; see $work" >&2; exit 1; }
    sleep 0.5
  done
  python3 - "$work" "$peer" "${body[$peer]}" "${extra[$peer]:-}" <<'PY'
import sys
work, peer, kind, extra = sys.argv[1:]
body = open(f"{work}/{kind}.plain").read()
headers = ["content-type: application/json"] + [h for h in extra.split("|") if h]
lua = 'wrk.method = "POST"\nwrk.body = [[' + body + "]]\n"
for header in headers:
    name, value = header.split(": ", 1)
    lua += f'wrk.headers["{name}"] = "{value}"\n'
open(f"{work}/{peer}.lua", "w").write(lua)
PY
done

memory_of() { # KB, a master's workers included
  local kb=0 one
  for one in "$1" $(cat "/proc/$1/task/$1/children"); do
    kb=$((kb + $(awk '/VmRSS/ {print $2}' "/proc/$one/status")))
  done
  echo "$kb"
}
run_wrk() { # PEER CLIENTS SECONDS
  $on_load_core wrk -t1 -c"$2" -d"$3s" --latency -s "$work/$1.lua" "${url[$1]}" | python3 "$here/wrk.py"
}
cpu_of() { # ticks of 10 ms, a master's workers included
  local ticks=0 one
  for one in "$1" $(cat "/proc/$1/task/$1/children"); do
    ticks=$((ticks + $(awk '{print $14 + $15}' "/proc/$one/stat")))
  done
  echo "$ticks"
}
note machine load "{\"before\":$(cut -d' ' -f1 /proc/loadavg)}"
echo "measuring: $peers"
for peer in $peers; do run_wrk "$peer" 8 4 > /dev/null; done # warm up
for round in $(seq "$rounds"); do
  for peer in $peers; do
    note "$peer" one "$(run_wrk "$peer" 1 "$each")"
    [ "$peer" = direct ] || before="$(cpu_of "${pid[$peer]}")"
    many="$(run_wrk "$peer" 32 "$each")"
    note "$peer" many "$many"
    if [ "$peer" != direct ]; then
      ticks=$(($(cpu_of "${pid[$peer]}") - before))
      note "$peer" cpu "$(python3 -c 'import json,sys; print(json.dumps({"us": int(sys.argv[1]) * 1e4 / max(1, json.loads(sys.argv[2])["answers"])}))' "$ticks" "$many")"
    fi
    case $peer in
      litellm) note "$peer" open "$(load "$peer" open plain -rate 100 -seconds "$each")" ;;
      *) note "$peer" open "$(load "$peer" open plain -rate 1000 -seconds "$each")" ;;
    esac
    # Portkey's streams fail on the Node this machine has; its row says so.
    first="$(load "$peer" first stream -count 300 2>/dev/null)" && note "$peer" first "$first"
  done
  echo "round $round of $rounds"
done
for peer in direct nginx ours; do
  wants "$peer" || continue
  if [ "$peer" != direct ]; then before="$(memory_of "${pid[$peer]}")"; fi
  load "$peer" streams slow -count 2000 > "$work/streams.json" & streaming=$!
  peak=0
  while kill -0 "$streaming" 2>/dev/null; do
    if [ "$peer" != direct ]; then
      now="$(memory_of "${pid[$peer]}")"; ((now > peak)) && peak=$now
    fi
    sleep 0.2
  done
  wait "$streaming"
  note "$peer" streams "$(cat "$work/streams.json")"
  [ "$peer" = direct ] || note "$peer" memory "{\"before_kb\":$before,\"peak_kb\":$peak}"
done
if wants ours; then
  for round in $(seq "$rounds"); do
    note ours grpc_one "$($on_load_core "$cache/bin/load" grpc -target 127.0.0.1:9103 -clients 1 -seconds "$each" -count 300)"
    note ours grpc_many "$($on_load_core "$cache/bin/load" grpc -target 127.0.0.1:9103 -clients 32 -seconds "$each" -count 1)"
  done
fi
python3 "$here/report.py" "$work/results.jsonl" "$root/docs/benchmarks.md"
