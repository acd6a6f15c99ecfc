#!/bin/sh
# Synthesises all stages into dist/synth/<stage>, with placeholders for what is
# not built. REGION moves those on AWS.
set -eu
cd "$(dirname "$0")/../.."
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION=20
app=${YORIAI_CDK_APP:-dist/cdk/yoriai}
[ -x "$app" ] || (cd stacks && GOWORK=off go build -o "../$app" ./cmd/yoriai)
for stage in local dev staging prod; do
  rm -rf "dist/synth/$stage"
  region=
  [ "$stage" = local ] || region=${REGION:-}
  CDK_OUTDIR="dist/synth/$stage" \
    CDK_CONTEXT_JSON="{\"stage\":\"$stage\",\"region\":\"$region\",\"unbuilt\":\"placeholders\",\"aws:cdk:disable-asset-staging\":true}" \
    "$app"
done
