package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/yoriai/yoriai/stacks"
	"github.com/yoriai/yoriai/stacks/synth"
)

// The web app's server is a client of the API like any other, but not one
// address for all its users: it calls the API's own host, and says for whom.
func TestTheWebServerGoesAroundTheEdge(t *testing.T) {
	for _, name := range awsStages {
		for _, f := range templates(t, name).Of("AWS::Lambda::Function") {
			if f.Stack != "web" {
				continue
			}
			url := synth.JSON(f.At("Environment", "Variables", "API_INTERNAL_URL"))
			if !strings.Contains(url, ".execute-api.") || !strings.Contains(url, "apihttpid") || !strings.Contains(url, `amazonaws.com/api"`) {
				t.Errorf("%s: it calls %s", name, url)
			}
			if strings.Contains(synth.JSON(f.At("Environment")), "resolve:") {
				t.Errorf("%s: a secret in the environment", name)
			}
			if f.Text("Handler") != "/opt/door.handler" || len(f.List("Layers")) != 1 {
				t.Errorf("%s: %s stands open", name, f.Text("Handler"))
			}
			reads := slices.ContainsFunc(rights(t, name, f), func(st statement) bool {
				return slices.Equal(st.actions, []string{"secretsmanager:GetSecretValue"}) &&
					strings.Contains(strings.Join(st.resources, " "), stageNamed(t, name).Secret("origin"))
			})
			if !reads {
				t.Errorf("%s: it may not read the secret that it must check", name)
			}
		}
	}
}

// What gets past the firewall is slowed down: every API has a limit of its own.
func TestEveryAPIHasALimit(t *testing.T) {
	for _, name := range awsStages {
		stages := templates(t, name).Of("AWS::ApiGatewayV2::Stage")
		for _, st := range stages {
			if st.Number("DefaultRouteSettings", "ThrottlingRateLimit") == 0 {
				t.Errorf("%s: %s has none", name, st.ID)
			}
		}
		if len(stages) != 3 {
			t.Errorf("%s: %d stages", name, len(stages))
		}
	}
}

// The door's own program, run as Lambda runs it, with a Secrets Manager that
// answers what it is told.
func TestTheWebsDoor(t *testing.T) {
	const manager = `let asked = 0;
exports.GetSecretValueCommand = class { constructor(input) { this.input = input; } };
exports.SecretsManagerClient = class { async send(command) {
  asked += 1;
  const answer = globalThis.secrets[Math.min(asked, globalThis.secrets.length) - 1];
  if (command.input.SecretId !== 'arn:origin' || answer === 'down') throw new Error('no answer');
  return { SecretString: JSON.stringify(answer) };
} };`
	const server = `export const handler = async (event) => ({ statusCode: 200, told: process.env.ORIGIN_SECRET, headers: Object.keys(event.headers) });`
	folder := t.TempDir()
	for file, text := range map[string]string{
		"modules/@aws-sdk/client-secrets-manager/index.js": manager, "task/index.mjs": server,
	} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(folder, file)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, file), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	door, err := filepath.Abs(filepath.Join(repository, stacks.WebDoor, "door.cjs"))
	if err != nil {
		t.Fatal(err)
	}
	// Each call: seconds that went by before it, and the secret that it presents.
	const script = `globalThis.secrets = JSON.parse(process.argv[1]);
let now = 0; Date.now = () => now;
const { handler } = require(process.env.DOOR);
(async () => {
  const answers = [];
  for (const [seconds, secret] of JSON.parse(process.argv[2])) {
    now += seconds * 1000;
    const headers = secret === null ? { accept: 'x' } : { accept: 'x', 'x-yoriai-origin-secret': secret };
    try { const a = await handler({ headers }); answers.push(a.statusCode + ' ' + (a.told ?? '') + (a.headers.length ? ' ' + a.headers : '')); }
    catch (problem) { answers.push(problem.message); }
  }
  console.log(JSON.stringify(answers));
})();`
	for _, c := range []struct {
		what, secrets, calls string
		want                 []string
	}{
		{"strangers", `[{"current":"a","previous":""}]`, `[[0,null],[0,""],[0,"b"],[0,"a"]]`, []string{"403 ", "403 ", "403 ", "200 a accept"}},
		{"a rotation", `[{"current":"a","previous":""},{"current":"b","previous":"a"}]`,
			`[[0,"a"],[20,"b"],[0,"a"]]`, []string{"200 a accept", "200 b accept", "200 b accept"}},
		{"a leaked secret ends", `[{"current":"a","previous":""},{"current":"c","previous":"b"}]`,
			`[[0,"a"],[299,"a"],[2,"a"],[0,"c"]]`, []string{"200 a accept", "200 a accept", "403 ", "200 c accept"}},
		{"a guess does not make it ask again and again", `[{"current":"a","previous":""},"down"]`,
			`[[0,"a"],[5,"x"],[5,"x"],[1,"a"]]`, []string{"200 a accept", "403 ", "no answer", "200 a accept"}},
		{"nobody answers later", `[{"current":"a","previous":""},"down"]`, `[[0,"a"],[400,"a"]]`, []string{"200 a accept", "200 a accept"}},
		{"nobody answers at first", `["down"]`, `[[0,"a"]]`, []string{"no answer"}},
	} {
		run := exec.Command("node", "-e", script, c.secrets, c.calls) //nolint:gosec // our own program
		run.Env = append(os.Environ(), "DOOR="+door, "NODE_PATH="+filepath.Join(folder, "modules"),
			"LAMBDA_TASK_ROOT="+filepath.Join(folder, "task"), "ORIGIN_SECRET_ARN=arn:origin")
		out, err := run.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v: %s", c.what, err, out)
		}
		var got []string
		if err := json.Unmarshal(out, &got); err != nil {
			t.Fatalf("%s: %v: %s", c.what, err, out)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.what, got, c.want)
		}
	}
}
