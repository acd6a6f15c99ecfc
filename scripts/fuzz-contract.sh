#!/usr/bin/env bash
# Fuzzes every operation of the HTTP contract, in one process on throw-away servers, for a minute or so and always with the
# same seed. EXAMPLES says how many calls of a kind (20), SEED which ones.
set -euo pipefail
cd "$(dirname "$0")/.."
venv=.tools/schemathesis wanted=scripts/fuzz/requirements.txt
if ! cmp -s "$wanted" "$venv/.requirements"; then
  python3 -m venv --clear "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check --no-deps -r "$wanted"
  cp "$wanted" "$venv/.requirements"
fi
mkdir -p .cache/fuzz
checks=not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,the_contract_and_the_code_agree
export YORIAI_FUZZ_DIR=$PWD/.cache/fuzz PYTHONPATH=$PWD/scripts/fuzz SCHEMATHESIS_HOOKS=hooks PYTHONDONTWRITEBYTECODE=1 YORIAI_CONTRACT=$PWD/shared/api/openapi.yaml
# A line each: the checkout's path may have spaces.
YORIAI_FUZZER=$(printf '%s\n' "$PWD/$venv/bin/schemathesis" run "$PWD/shared/api/openapi.yaml" --phases coverage,fuzzing --mode all \
  --max-examples "${EXAMPLES:-20}" --seed "${SEED:-20261126}" --workers 1 --generation-database none --generation-allow-x00 true \
  --generation-with-security-parameters false --continue-on-failure --checks "$checks" --no-color --warnings off --suppress-health-check all)
export YORIAI_FUZZER
exec go run ./localstack/cmd/yoriai-testbed go test -count=1 -run TestTheContractUnderAFuzzer -v -timeout 20m ./shared/handler/http
