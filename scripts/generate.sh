#!/usr/bin/env bash
# Makes the code that comes from the contracts. With --check it makes it elsewhere and fails on any difference.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD tools=$PWD/.tools
check=0
[ "${1:-}" = --check ] && check=1

made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT

# protoc comes as a Python package; its Go plugins are built once.
plugins=$tools/protoc-plugins
if [ ! -x "$plugins/protoc-gen-go" ] || [ ! -x "$plugins/protoc-gen-go-grpc" ]; then
  GOBIN=$plugins go install google.golang.org/protobuf/cmd/protoc-gen-go@v1.36.10
  GOBIN=$plugins go install google.golang.org/grpc/cmd/protoc-gen-go-grpc@v1.6.2
fi
if [ ! -x "$tools/protoc/bin/python" ] || ! "$tools/protoc/bin/python" -c 'import grpc_tools' 2>/dev/null; then
  python3 -m venv "$tools/protoc"
  "$tools/protoc/bin/pip" install --quiet --disable-pip-version-check 'grpcio-tools==1.76.0' 'setuptools<81'
fi
mkdir -p "$made/proto"
PATH=$plugins:$PATH "$tools/protoc/bin/python" -m grpc_tools.protoc -I llm-gateway/proto \
  --go_out="$made/proto" --go_opt=module=github.com/yoriai/yoriai/shared/adapter/gateway/llmv1 \
  --go-grpc_out="$made/proto" --go-grpc_opt=module=github.com/yoriai/yoriai/shared/adapter/gateway/llmv1 \
  yoriai/llm/v1/gateway.proto
# Which protoc it was does not matter, and must not look like a change.
sed -i.bak -E '/^\/\/ (-|\t)? ?protoc +v/d' "$made"/proto/*.go

cargo run --quiet --locked --manifest-path llm-gateway/Cargo.toml --package llm-gateway-codegen -- llm-gateway/proto "$made/grpc"

sed "s|^output:.*|output: $made/types.gen.go|" shared/api/oapi-codegen.yaml >"$made/oapi-codegen.yaml"
(cd shared/api && GOWORK=off go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen@v2.8.2 \
  -config "$made/oapi-codegen.yaml" openapi.yaml)

# What each function needs, for the functions themselves.
(cd stacks && GOWORK=off go run ./cmd/functions ../shared/api) >"$made/functions.gen.go"

# The web application's own generators, run on a copy of its layout.
[ -d web/node_modules/openapi-typescript ] || npm --prefix web ci --no-audit --no-fund --loglevel=error
mkdir -p "$made/web/src/lib/api"
cp -r web/scripts web/package.json "$made/web/"
ln -s "$root/web/node_modules" "$made/web/node_modules"
ln -s "$root/shared" "$made/shared"
npm --prefix "$made/web" run --silent generate >"$made/web.log" 2>&1 || { cat "$made/web.log" >&2; exit 1; }

status=0
# deliver MADE COMMITTED: puts it in place, or compares.
deliver() {
  if [ $check = 0 ]; then
    cp "$1" "$2"
  elif ! diff -u "$2" "$1" >"$made/diff"; then
    echo "$2 is not what its contract gives; run: make generate" >&2
    head -40 "$made/diff" >&2
    status=1
  fi
}
deliver "$made/proto/gateway.pb.go" shared/adapter/gateway/llmv1/gateway.pb.go
deliver "$made/proto/gateway_grpc.pb.go" shared/adapter/gateway/llmv1/gateway_grpc.pb.go
deliver "$made/grpc/yoriai.llm.v1.rs" llm-gateway/src/adapters/inbound/grpc/generated/yoriai.llm.v1.rs
deliver "$made/grpc/gateway.bin" llm-gateway/src/adapters/inbound/grpc/generated/gateway.bin
deliver "$made/types.gen.go" shared/api/types.gen.go
deliver "$made/functions.gen.go" shared/bootstrap/environment/functions.gen.go
deliver "$made/web/src/lib/api/schema.d.ts" web/src/lib/api/schema.d.ts
deliver "$made/web/src/lib/api/frames.d.ts" web/src/lib/api/frames.d.ts
[ $status = 0 ] && [ $check = 1 ] && echo "generated code is what the contracts give"
exit $status
