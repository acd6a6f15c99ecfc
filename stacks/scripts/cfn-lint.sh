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
# W3010: the zones are the stage table's. W8003: the rule that refuses placeholders
# is never fulfilled, on purpose. Two at a time: a template takes a third of a second.
printf '%s\n' dist/synth/*/*.template.json |
  xargs -n 16 -P 2 "$venv/bin/cfn-lint" --ignore-checks W2001 W3005 W3010 W8003 --
"$venv/bin/cfn-lint" -- stacks/pipeline/roles.yaml
echo "cfn-lint: the pipelines' roles, $(ls dist/synth/*/*.template.json | wc -l | tr -d ' ') templates of $(ls dist/synth | wc -l | tr -d ' ') stages, no findings"
