#!/bin/sh
# Lints the templates of all stages. cfn-lint lives in a virtual environment of
# the repository, made here if it is not there yet.
set -eu
cd "$(dirname "$0")/../.."
venv=.tools/cfnlint
if [ ! -x "$venv/bin/cfn-lint" ]; then
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check 'cfn-lint==1.58.*'
fi
stacks/scripts/synth.sh
# W2001, W3005: the CDK writes parameters and dependencies that are not needed.
# W3010: the zones are the stage table's.
"$venv/bin/cfn-lint" --ignore-checks W2001 W3005 W3010 -- dist/synth/*/*.template.json
echo "cfn-lint: $(ls dist/synth/*/*.template.json | wc -l | tr -d ' ') templates of $(ls dist/synth | wc -l | tr -d ' ') stages, no findings"
