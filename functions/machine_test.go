package functions_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/yoriai/yoriai/shared/adapter/dynamodb/dynamotest"
	"github.com/yoriai/yoriai/shared/adapter/postgres"
	"github.com/yoriai/yoriai/shared/adapter/stepfunctions"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/job"
	"github.com/yoriai/yoriai/shared/domain/outbox"
)

// A fork runs as it is deployed: the machine that the stacks make, the function's own binary, a real engine.
func TestAForkRunsAsItsMachine(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ctx := t.Context()
	var database string
	variables := map[string]string{}
	for _, line := range s.environ {
		name, value, _ := strings.Cut(line, "=")
		variables[name] = value
		if name == "DATABASE_URL" {
			database = value
		}
	}
	db, err := postgres.Open(ctx, database)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	exec := func(sql string, args ...any) {
		t.Helper()
		if _, err := db.Exec(ctx, sql, args...); err != nil {
			t.Fatalf("%v\n%s", err, sql)
		}
	}
	name := "test-" + id.New().String() + "-fork"
	function := deployed(t, name, "fork", variables)
	client := sfn.NewFromConfig(dynamotest.Config(t))
	role, definition := "arn:aws:iam::000000000000:role/test", machine(t, function)
	made, err := client.CreateStateMachine(ctx, &sfn.CreateStateMachineInput{Name: &name, RoleArn: &role, Definition: &definition})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_, _ = client.DeleteStateMachine(context.Background(), &sfn.DeleteStateMachineInput{StateMachineArn: made.StateMachineArn})
	})
	source, said := id.New(), id.New()
	exec(`INSERT INTO rooms (id, name, owner_id) VALUES ($1, 'Kyoto', $2)`, source, s.alive.UserID)
	exec(`INSERT INTO room_members (room_id, user_id, role, version) VALUES ($1, $2, 'master', 1)`, source, s.alive.UserID)
	exec(`INSERT INTO messages (id, room_id, sequence, event, sender_id, type, status, content, created_at) VALUES ($1, $2, 1, 1, $3, 'human', 'completed', 'hello', now())`, said, source, s.alive.UserID)
	exec(`INSERT INTO room_sequences (room_id, sequence, event, last_message_id) VALUES ($1, 1, 1, $2)`, source, said)
	run := func(state, until string) (jobID id.ID) {
		t.Helper()
		jobID = id.New()
		exec(`INSERT INTO jobs (id, kind, room_id, requested_by, state, wish, total) VALUES ($1, 'fork', $2, $3, $4, $5::text::jsonb, 1)`, jobID, source, s.alive.UserID, state, until)
		start := outbox.Start{JobID: jobID, Kind: job.Fork, Attempt: 1}
		if err := (stepfunctions.Machines{Client: client, Prefix: strings.TrimSuffix(*made.StateMachineArn, "fork")}).Start(ctx, start); err != nil {
			t.Fatal(err)
		}
		return jobID
	}
	ends := func(jobID id.ID) types.ExecutionStatus {
		t.Helper()
		arn := strings.Replace(*made.StateMachineArn, ":stateMachine:", ":execution:", 1) + ":" + jobID.String() + "-1"
		for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
			e, err := client.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: &arn})
			if err != nil {
				t.Fatal(err)
			}
			if e.Status != types.ExecutionStatusRunning {
				return e.Status
			}
		}
		t.Fatal("the execution does not end")
		return ""
	}
	count := func(roomID id.ID) (rooms, messages int) {
		t.Helper()
		if err := db.QueryRow(ctx, `SELECT (SELECT count(*) FROM rooms WHERE id = $1 AND fork_state IS NULL), (SELECT count(*) FROM messages WHERE room_id = $1)`, roomID).Scan(&rooms, &messages); err != nil {
			t.Fatal(err)
		}
		return rooms, messages
	}
	copied := run("queued", `{"until":"`+said.String()+`"}`)
	if status := ends(copied); status != types.ExecutionStatusSucceeded {
		t.Fatalf("a fork ended %s", status)
	}
	if rooms, messages := count(copied); rooms != 1 || messages != 2 {
		t.Errorf("%d rooms with %d messages", rooms, messages)
	}
	cancelled := run("cancelled", `{}`)
	if status := ends(cancelled); status != types.ExecutionStatusSucceeded {
		t.Errorf("a cancelled one ended %s", status)
	}
	// Whose source is gone fails, before it has counted a round.
	exec(`UPDATE rooms SET deleted_at = now() WHERE id = $1`, source)
	failed := run("queued", `{"until":"`+said.String()+`"}`)
	if status := ends(failed); status != types.ExecutionStatusFailed {
		t.Errorf("one without a source ended %s", status)
	}
	for _, over := range []id.ID{cancelled, failed} {
		var ended bool
		if err := db.QueryRow(ctx, `SELECT ended_at IS NOT NULL FROM jobs WHERE id = $1`, over).Scan(&ended); err != nil || !ended {
			t.Errorf("%s is not cleaned up: %v", over, err)
		}
		if rooms, messages := count(over); rooms+messages != 0 {
			t.Errorf("%d rooms and %d messages are left", rooms, messages)
		}
	}
}

// machine is the definition that the stacks make, as their snapshot has it, around a function.
func machine(t *testing.T, function string) string {
	t.Helper()
	snapshot, err := os.ReadFile(filepath.Join("..", "stacks", "cmd", "yoriai", "testdata", "local.snapshot"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(snapshot)) {
		_, properties, found := strings.Cut(line, " AWS::StepFunctions::StateMachine ")
		if !found {
			continue
		}
		var made struct {
			DefinitionString struct {
				Join []json.RawMessage `json:"Fn::Join"`
			}
		}
		var parts []json.RawMessage
		if err := json.Unmarshal([]byte(properties), &made); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(made.DefinitionString.Join[1], &parts); err != nil {
			t.Fatal(err)
		}
		var text strings.Builder
		for _, p := range parts {
			var piece string
			if json.Unmarshal(p, &piece) != nil {
				piece = function
				if strings.Contains(string(p), "Partition") {
					piece = "aws"
				}
			}
			text.WriteString(piece)
		}
		return text.String()
	}
	t.Fatal("the snapshot has no machine")
	return ""
}

// deployed puts a function's binary into the local AWS, and answers its address.
func deployed(t *testing.T, name, binary string, variables map[string]string) string {
	t.Helper()
	program, err := os.ReadFile(filepath.Join(built, binary))
	if err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	archive := zip.NewWriter(&packed)
	header := &zip.FileHeader{Name: "bootstrap", Method: zip.Deflate}
	header.SetMode(0o755)
	w, err := archive.CreateHeader(header)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(program); err != nil {
		t.Fatal(err)
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	wish, err := json.Marshal(map[string]any{"FunctionName": name, "Runtime": "provided.al2023", "Handler": "bootstrap", "Timeout": 60, "Role": "arn:aws:iam::000000000000:role/test",
		"Code": map[string]any{"ZipFile": packed.Bytes()}, "Environment": map[string]any{"Variables": variables}})
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, os.Getenv(dynamotest.Variable)+"/2015-03-31/functions", bytes.NewReader(wish))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=test/20261126/us-east-1/lambda/aws4_request, SignedHeaders=host, Signature=0")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	var made struct{ FunctionArn string }
	if err := json.NewDecoder(answer.Body).Decode(&made); err != nil || answer.StatusCode != http.StatusCreated {
		t.Fatalf("%d %v", answer.StatusCode, err)
	}
	return made.FunctionArn
}
