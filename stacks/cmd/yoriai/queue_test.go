package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/yoriai/yoriai/stacks/constructs"
	"github.com/yoriai/yoriai/stacks/contract"
	"github.com/yoriai/yoriai/stacks/stage"
	"github.com/yoriai/yoriai/stacks/synth"
)

// withMail is prod with one more queue, that sendMessage sends to: nothing but the contract differs.
func withMail(t *testing.T) synth.Stage {
	t.Helper()
	folder := t.TempDir()
	for name, change := range map[string][2]string{
		"openapi.yaml":  {"ai-replies, ai-watchdog]", "ai-replies, ai-watchdog, mail]"},
		"asyncapi.yaml": {"", ""},
		"workers.yaml": {"queues:\n", `queues:
  mail:
    batch: 5
    visibility: 120
    receives: 4
    concurrency: fan-out
    late: 60
    worker: {memory: 256, timeout: 20, needs: [postgres, mail]}
    dead: {memory: 128, timeout: 30, needs: []}
`},
	} {
		text, err := os.ReadFile(filepath.Join(repository, "shared/api", name))
		if err != nil {
			t.Fatal(err)
		}
		changed := strings.ReplaceAll(string(text), change[0], change[1])
		if change[0] == "" {
			changed = string(text)
		} else if changed == string(text) {
			t.Fatalf("%s: nothing changed", name)
		}
		if err := os.WriteFile(filepath.Join(folder, name), []byte(changed), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p, err := collect(stageNamed(t, stage.Prod), repository, built{standIn: true})
	if err != nil {
		t.Fatal(err)
	}
	if p.contract, err = contract.Read(folder); err != nil {
		t.Fatal(err)
	}
	if p.packages, err = constructs.StandIn(p.stage.Architecture, p.contract.Functions()); err != nil {
		t.Fatal(err)
	}
	return p.synthesise(t)
}

// What a declaration of a queue gives, without a line of Go: the queue, its workers, their rights and environment, the rights
// of those that send to it, and its alarms.
func TestAQueueIsOneDeclaration(t *testing.T) {
	made := withMail(t)
	functions := map[string]synth.Found{}
	for _, f := range made.Of("AWS::Lambda::Function") {
		functions[strings.TrimPrefix(f.Text("FunctionName"), "yoriai-prod-")] = f
	}
	var queues []string
	for _, q := range made.Of("AWS::SQS::Queue") {
		queues = append(queues, q.Text("QueueName"))
		if q.Text("QueueName") == "yoriai-prod-mail" && q.Number("VisibilityTimeout") != 120 {
			t.Errorf("mail is hidden for %v s", q.Number("VisibilityTimeout"))
		}
	}
	for _, name := range []string{"yoriai-prod-mail", "yoriai-prod-mail-dead"} {
		if !slices.Contains(queues, name) {
			t.Errorf("there is no queue %s among %v", name, queues)
		}
	}
	for name, variables := range map[string][]string{
		"mail": {"QUEUE_URL_MAIL", "DATABASE_URL"}, "mail-dead": {"QUEUE_URL_MAIL_DEAD"}, "sendMessage": {"QUEUE_URL_MAIL", "QUEUE_URL_FAN_OUT"},
	} {
		f, there := functions[name]
		if !there {
			t.Fatalf("there is no function %s", name)
		}
		for _, variable := range variables {
			if !strings.Contains(synth.JSON(f.At("Environment")), `"`+variable+`"`) {
				t.Errorf("%s is not told %s", name, variable)
			}
		}
		role := reference(f.At("Role"))
		stack := made[f.Stack]
		sends, receives := false, false
		for _, s := range append(statementsOf(stack.Resources[role]), attached(stack, role)...) {
			sends = sends || slices.Contains(s.actions, "sqs:SendMessage") && slices.ContainsFunc(s.resources, func(r string) bool { return queueIn(r) == "mail" })
			receives = receives || slices.Contains(s.actions, "sqs:ReceiveMessage")
		}
		if sends != (name != "mail-dead") || receives != (name != "sendMessage") {
			t.Errorf("%s sends: %v, receives: %v", name, sends, receives)
		}
	}
	var alarms []string
	for _, a := range made.Of("AWS::CloudWatch::Alarm") {
		alarms = append(alarms, a.Text("AlarmName"))
	}
	for _, name := range []string{"MailQueueOld", "MailRecordsFailed", "MailDeadLetters"} {
		if !slices.Contains(alarms, "yoriai-prod-"+name) {
			t.Errorf("there is no alarm %s", name)
		}
	}
}

func TestAConcurrencyThatNoStageKnowsIsRefused(t *testing.T) {
	t.Parallel()
	if _, err := (stage.Workers{}).Capacity("luck"); err == nil {
		t.Error("a stage knows luck")
	}
}

// An alarm that watches a consumer's failures must watch the number that consumers raise; a dead-letter consumer rings by
// running at all. Where the sweeper sends again what is lost, only what failed for good is of interest.
func TestTheAlarmsOfConsumersWatchFailedRecords(t *testing.T) {
	watched := map[string]bool{}
	for _, a := range templates(t, stage.Prod).Of("AWS::CloudWatch::Alarm") {
		watched[a.Text("MetricName")+synth.JSON(a.At("Dimensions"))] = true
	}
	healed := map[string]bool{}
	c, err := contract.Read("../../../shared/api")
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range c.Queues {
		healed[q.Name] = q.Healed
	}
	for name, f := range declared(t) {
		if healed[name] {
			continue
		}
		want := `RecordsFailed[{"Name":"queue","Value":"` + name + `"}]`
		if strings.HasSuffix(name, contract.DeadSuffix) {
			want = `Invocations[{"Name":"FunctionName","Value":"yoriai-prod-` + name + `"}]`
		} else if _, emptied := declared(t)[name+contract.DeadSuffix]; !emptied {
			want = `ApproximateNumberOfMessagesVisible[{"Name":"QueueName","Value":"yoriai-prod-` + name + contract.DeadSuffix + `"}]`
		}
		if f.Consumes() != "" && !watched[want] {
			t.Errorf("nobody watches %s", want)
		}
	}
}
