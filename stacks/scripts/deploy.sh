#!/bin/sh
# Deploys a stage to the AWS account of the caller's credentials. Everything is
# built before; what is unchanged is not deployed again. See docs/operations.md.
set -eu
cd "$(dirname "$0")/../.."
stage=${1:?usage: deploy.sh dev|staging|prod}

fail() { echo "deploy: $*" >&2; exit 1; }
step() { printf '\n== %s\n' "$*"; }

case $stage in
  dev | staging | prod) ;;
  local) fail "the local stage is deployed by make up" ;;
  *) fail "there is no stage $stage" ;;
esac
[ -z "${AWS_ENDPOINT_URL:-}" ] || fail "AWS_ENDPOINT_URL is set: these would not be AWS's answers"
for tool in aws docker node npx go; do
  command -v "$tool" >/dev/null || fail "$tool is missing"
done
[ -f llm-gateway/Dockerfile ] || fail "llm-gateway/Dockerfile, the recipe of the gateway's image, is missing"
account=$(aws sts get-caller-identity --query Account --output text) || fail "no credentials of an AWS account"
[ -z "$(git status --porcelain llm-gateway)" ] || fail "llm-gateway has changes that are not committed: its image is named after the commit"
# The tree's hash: an image is made anew only when the gateway has changed.
tag=$(git rev-parse --short=12 HEAD:llm-gateway)
export AWS_REGION=us-east-1
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION=20
local=.tools/bin/yoriai-local
cdk=.tools/cdk/node_modules/.bin/cdk
outputs=dist/outputs-$stage.json
echo "Stage $stage, account $account, gateway $tag"

step "Build functions (arm64) and CDK app"
"$local" build tools
"$local" build aws
"$local" build stacks

step "Keys"
dist/tools/keys -stage "$stage"

step "Registry, APIs and edge: the web app must know its address, the gateway its registry"
"$cdk" bootstrap -c "stage=$stage"
"$cdk" deploy registry api edge -c "stage=$stage" --require-approval never --outputs-file "$outputs"
output() { node -p "JSON.parse(require('fs').readFileSync('$outputs'))['yoriai-$stage-edge'].$1"; }
origin=$(output PublicOrigin)

step "Gateway image"
registry=$account.dkr.ecr.$AWS_REGION.amazonaws.com
image=$registry/yoriai-$stage-llm-gateway:$tag
if ! aws ecr describe-images --repository-name "yoriai-$stage-llm-gateway" --image-ids imageTag="$tag" >/dev/null 2>&1; then
  aws ecr get-login-password | docker login --username AWS --password-stdin "$registry"
  docker buildx build --platform linux/arm64 --tag "$image" --push llm-gateway
fi

step "Web app for $origin"
(cd web && npm ci --no-audit --no-fund && PUBLIC_ORIGIN=$origin PUBLIC_HOST=${origin#https://} npx open-next build)
bucket=$(output WebFilesBucket)
# Files of earlier versions stay: pages that are open still ask for them.
aws s3 sync web/.open-next/assets "s3://$bucket" --exclude '_next/static/*' --cache-control 'public,max-age=300'
aws s3 sync web/.open-next/assets/_next/static "s3://$bucket/_next/static" --cache-control 'public,max-age=31536000,immutable'

step "All stacks"
"$cdk" deploy --all -c "stage=$stage" -c "gatewayImage=$tag" ${ALARM_EMAIL:+-c "alarmEmail=$ALARM_EMAIL"} \
  ${OTEL_EXPORTER_OTLP_ENDPOINT:+-c "otlpEndpoint=$OTEL_EXPORTER_OTLP_ENDPOINT"} --require-approval never --concurrency 4 \
  --asset-parallelism --outputs-file "$outputs"
echo
echo "Stage $stage runs at $origin"
