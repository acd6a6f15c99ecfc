#!/bin/sh
# Deploys a stage to the AWS account of the caller's credentials. Everything is
# built before; what is unchanged is not deployed again. REGION is the stage's, if
# it is not that of the stage table. See docs/first-deployment.md.
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
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION=20
local=.tools/bin/yoriai-local
cdk=.tools/cdk/node_modules/.bin/cdk
outputs=dist/outputs-$stage.json

step "Build functions (arm64) and CDK app"
"$local" build tools
"$local" build aws
"$local" build stacks

AWS_REGION=$(dist/tools/keys -stage "$stage" -region "${REGION:-}" -where)
export AWS_REGION
# The same for every call of the CDK app, or a stack would be left out or moved.
context="-c stage=$stage -c region=$AWS_REGION"
concurrency=$(aws lambda get-account-settings --query AccountLimit.ConcurrentExecutions --output text)
context="$context -c concurrency=$concurrency"
echo "Stage $stage in $AWS_REGION, account $account, $concurrency invocations at once, gateway $tag"
[ "$concurrency" -ge 100 ] || echo "deploy: $concurrency invocations at once are few: ask for more (docs/first-deployment.md)" >&2

step "Keys"
dist/tools/keys -stage "$stage" -region "$AWS_REGION"

step "Firewall, registry, APIs and edge: the web app must know its address, the gateway its registry"
# Once in an account, by a person: the pipelines' role may not.
bootstrapped() { aws ssm get-parameter --region "$1" --name /cdk-bootstrap/hnb659fds/version >/dev/null 2>&1; }
# shellcheck disable=SC2086 # words on purpose, here and below
bootstrapped "$AWS_REGION" && bootstrapped us-east-1 || "$cdk" bootstrap $context
deploy() { "$cdk" deploy "$@" $context --require-approval never --outputs-file "$outputs"; }
output() { node -p "JSON.parse(require('fs').readFileSync('$outputs'))['yoriai-$stage-$1'].$2"; }
deploy firewall registry api
firewall=$(output firewall FirewallArn)
deploy edge --parameters "yoriai-$stage-edge:FirewallArn=$firewall"
origin=$(output edge PublicOrigin)
bucket=$(output edge WebFilesBucket)
distribution=$(output edge DistributionId)

step "Gateway image"
registry=$account.dkr.ecr.$AWS_REGION.amazonaws.com
image=$registry/yoriai-$stage-llm-gateway:$tag
if ! aws ecr describe-images --repository-name "yoriai-$stage-llm-gateway" --image-ids imageTag="$tag" >/dev/null 2>&1; then
  aws ecr get-login-password | docker login --username AWS --password-stdin "$registry"
  docker buildx build --platform linux/arm64 --tag "$image" --push llm-gateway
fi

step "Web app for $origin"
(cd web && npm ci --no-audit --no-fund && PUBLIC_ORIGIN=$origin PUBLIC_HOST=${origin#https://} npx open-next build)
# Files of earlier versions stay: pages that are open still ask for them.
aws s3 sync web/.open-next/assets "s3://$bucket" --exclude '_next/static/*' --cache-control 'public,max-age=300'
aws s3 sync web/.open-next/assets/_next/static "s3://$bucket/_next/static" --cache-control 'public,max-age=31536000,immutable'

step "All stacks"
deploy --all -c "gatewayImage=$tag" ${ALARM_EMAIL:+-c "alarmEmail=$ALARM_EMAIL"} \
  ${OTEL_EXPORTER_OTLP_ENDPOINT:+-c "otlpEndpoint=$OTEL_EXPORTER_OTLP_ENDPOINT"} \
  ${COMMERCE_DISCLOSURE_EN:+-c "commerceDisclosure.en=$COMMERCE_DISCLOSURE_EN"} ${COMMERCE_DISCLOSURE_JA:+-c "commerceDisclosure.ja=$COMMERCE_DISCLOSURE_JA"} \
  --parameters "yoriai-$stage-edge:FirewallArn=$firewall" --parameters "yoriai-$stage-edge-monitoring:DistributionId=$distribution" \
  --concurrency 4 --asset-parallelism
echo
echo "Stage $stage runs at $origin"
