# Yoriai: `make up` runs all of it on this machine, `make test` tests all of it. Both install what they need below
# .tools/ and node_modules/; Go, Rust, Node and Python must be there.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# Relative: make splits a target's name at spaces, which the path of a checkout may have.
LOCAL := .tools/bin/yoriai-local
export PATH := $(CURDIR)/.tools/bin:$(PATH)
# Versions come from the checkout, never from what the user's shell happens to set.
unexport GOFLAGS
# As functions are built: with another setting, everything that knows of the network would be compiled twice.
export CGO_ENABLED := 0

STAGE ?= local

##@ Run it
.PHONY: up up-detached down status logs reset
up: $(LOCAL) ## Build, start and deploy everything on this machine; Ctrl-C stops it. CLOUD=localstack uses your LocalStack
	@exec $(LOCAL) up

up-detached: $(LOCAL) ## The same in the background; returns when it is ready
	@exec $(LOCAL) up --detach

down: $(LOCAL) ## Stop what `make up` started; data stays
	@exec $(LOCAL) down

status: $(LOCAL) ## Show the parts, their ports, processes and logs
	@exec $(LOCAL) status

logs: $(LOCAL) ## Show and follow the logs; PART=gateway for one part
	@exec $(LOCAL) logs $(PART)

reset: $(LOCAL) ## Stop, and delete all local data (.local/)
	@exec $(LOCAL) reset

.PHONY: prove project
prove: ## Prove that no log of the running local cloud has a hole or a double, and that its books add up
	@go run ./shared/cmd/upkeep prove

project: ## Make the running local cloud's projection in DynamoDB anew from PostgreSQL
	@go run ./shared/cmd/upkeep project

##@ Build and generate
.PHONY: build generate generate-check
build: $(LOCAL) ## Build what has changed: functions, CDK app, gateway, web
	@exec $(LOCAL) build

generate: ## Make the code that comes from the contracts: Go and TypeScript types, gRPC clients
	@scripts/generate.sh

generate-check: ## Fail if generated code differs from what the contracts give
	@scripts/generate.sh --check

##@ Test
.PHONY: test test-go test-fuzz test-rust test-web test-stacks test-e2e lint coverage-gateway
test: ## Everything below, set up by itself, with one line of counts at the end
	@scripts/test.sh

test-go: ## Go unit tests, and adapter tests against throw-away Postgres, Redis and MiniStack
	@scripts/test.sh go

test-fuzz: ## Every HTTP operation under a fuzzer that reads the contract, on throw-away servers; EXAMPLES, SEED
	@scripts/test.sh fuzz

test-rust: ## The gateway: format, lints, unit, contract and integration tests
	@scripts/test.sh rust

test-web: ## The web application: lint, types, unit tests
	@scripts/test.sh web

test-stacks: ## The CDK app: assertions on every stage's template, cfn-lint
	@scripts/test.sh stacks

test-e2e: ## Against a local cloud of its own: convergence of the realtime protocol, and end to end in Chromium
	@scripts/test.sh e2e

lint: ## Linters only
	@scripts/test.sh generate lint

coverage-gateway: ## Line coverage of the gateway's domain and adapters; fails under 90 %
	@llm-gateway/scripts/coverage.sh

##@ Measure
.PHONY: bench bench-commits bench-gateway bench-web soak load price
bench: $(LOCAL) ## Print the figures of sending, streaming and reading, beside the local cloud's own floor
	@bench/run.sh

bench-commits: ## Print messages/s into one room and sendMessage's time, without fsync and with every commit on the disk
	@bench/run.sh commits

bench-gateway: ## Compare the gateway with its peers against the same fake upstream
	@bench/gateway/run.sh

bench-web: $(LOCAL) ## Measure the page in Chromium, at full speed and a quarter of it; BUILDS="before after" compares builds
	@$(LOCAL) build web >/dev/null && npm --prefix web run --silent bench -- $(BUILDS)

soak: ## Storms over the running local cloud for MINUTES=10 each (started with SCRIPTED=1), one of them of kills while people ask and buy; then proofs
	@export YORIAI_MINUTES=$${MINUTES:-10}; npm --prefix web run --silent test:convergence && node --test web/test/soak/*.test.mjs && go run ./shared/cmd/upkeep prove

load: ## Put load on the local cloud (k6), or on one stage: STAGE=staging URL=https://…; SCALE=0.1 SCENARIOS="day sockets"
	@bench/k6/run.sh

price: $(LOCAL) ## Print what a stage costs a month at rest, and a thousand AI turns; STAGE=dev REGION=ap-northeast-1
	@$(LOCAL) build stacks && stacks/scripts/price.sh $(STAGE)

##@ Deploy to AWS
.PHONY: deploy
deploy: $(LOCAL) ## Build for arm64 and deploy a stage to the AWS account of your credentials: STAGE=dev REGION=ap-northeast-1
	@stacks/scripts/deploy.sh $(STAGE)

##@ Help
.PHONY: help
help: ## Explain each target
	@awk 'BEGIN {FS = ":.*## "} \
	  /^##@/ {printf "\n%s\n", substr($$0, 5)} \
	  /^[a-z][a-z0-9-]*:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# Always asked for: the compiler knows best whether anything has changed.
.PHONY: $(LOCAL)
$(LOCAL):
	@command -v go >/dev/null || { echo "go is missing. Get it: https://go.dev/dl/" >&2; exit 1; }
	@cd localstack && GOWORK=off go build -o ../.tools/bin/ ./cmd/$(@F)
