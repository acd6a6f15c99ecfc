#!/usr/bin/env bash
# The figures of sending, streaming and reading: in process on a throw-away database, then over the running local cloud
# (`make up` with SCRIPTED=1). Printed, never asserted: machines differ. With the argument "commits" only what a commit's
# way to the disk changes.
set -euo pipefail
cd "$(dirname "$0")/.."

# figures NAMES [SETTING…]: the figures of these names, on servers started with these settings.
figures() {
  env "${@:2}" YORIAI_BENCH=1 go run ./localstack/cmd/yoriai-testbed \
    go test -count=1 -run "$1" -v -timeout 20m ./shared/handler/http | grep -v '^=== \|^--- '
}
commits='TestFigureSendMessageInProcess|TestFigureOneRoomEightSenders'

# A local cloud that is up takes part of the processors from the first half, however idle it is.
echo "== in process, on PostgreSQL without fsync =="
if [ "${1:-}" = commits ]; then figures "$commits"; else figures TestFigure; fi
echo "== in process, with every commit on the disk before it is answered =="
figures "$commits" YORIAI_TESTBED_DURABLE=1
[ "${1:-}" = commits ] && exit

if [ -f "${YORIAI_ENDPOINTS:-.local/endpoints.json}" ]; then
  echo "== over the front door of the local cloud =="
  (cd localstack && go build -o ../.tools/bin/yoriai-bench ./cmd/yoriai-bench)
  go build -o .tools/bin/yoriai-upkeep ./shared/cmd/upkeep
  .tools/bin/yoriai-bench
else
  echo "The local cloud is not up: start it with SCRIPTED=1 make up for the rest of the figures."
fi
