#!/bin/sh
# Prints what the stages cost; names of stages as arguments, all if there are none.
# REGION moves them.
set -eu
cd "$(dirname "$0")/../.."
stacks/scripts/synth.sh
[ $# -gt 0 ] || set -- dev staging prod
for stage in "$@"; do
  set -- "$@" "dist/synth/$stage"
  shift
done
(cd stacks && GOWORK=off go build -o ../dist/tools/price ./cmd/price)
exec dist/tools/price "$@"
