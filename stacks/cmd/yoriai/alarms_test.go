package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/yoriai/yoriai/stacks/stage"
	"github.com/yoriai/yoriai/stacks/synth"
)

func TestAlarmsRing(t *testing.T) {
	for _, name := range awsStages {
		s := templates(t, name)
		alarms := s.Of("AWS::CloudWatch::Alarm")
		if len(alarms) < 25 || len(alarms) > 40 {
			t.Errorf("%s: %d alarms", name, len(alarms))
		}
		for _, a := range alarms {
			if len(a.List("AlarmActions")) == 0 || a.Text("AlarmDescription") == "" || a.Text("TreatMissingData") == "" {
				t.Errorf("%s: %s is silent", name, a.ID)
			}
		}
		dead, letters := 0, 0
		for _, a := range alarms {
			if strings.Contains(synth.JSON(a.List("Dimensions")), "-dead") && a.Text("MetricName") == "Invocations" {
				dead++
			}
			// Where a consumer empties the dead letters, their depth says nothing; where nobody does, only it speaks.
			if a.Text("MetricName") == "ApproximateNumberOfMessagesVisible" {
				if of := synth.JSON(a.List("Dimensions")); !strings.Contains(of, "-payments-dead") && !strings.Contains(of, "-stripe-commands-dead") {
					t.Errorf("%s: %s waits for a depth that never comes", name, a.ID)
				}
				letters++
			}
		}
		if want := map[bool]int{true: 2}[stageNamed(t, name).Monitoring.Money]; letters != want {
			t.Errorf("%s: %d of %d dead-letter queues that nobody empties have an alarm", name, letters, want)
		}
		if want := map[bool]int{true: 4, false: 3}[stageNamed(t, name).Monitoring.Money]; dead != want {
			t.Errorf("%s: %d of %d dead-letter consumers have an alarm", name, dead, want)
		}
		budget := s.Of("AWS::Budgets::Budget")[0]
		waits := slices.ContainsFunc(s.Of("AWS::SNS::TopicPolicy"), func(policy synth.Found) bool {
			return policy.Stack == budget.Stack && slices.Contains(texts(budget.DependsOn), policy.ID)
		})
		if !waits {
			t.Errorf("%s: the budget may be made before it may publish", name)
		}
		if int(budget.Number("Budget", "BudgetLimit", "Amount")) != stageNamed(t, name).Monitoring.MonthlyBudgetUSD {
			t.Errorf("%s: a budget of %v", name, budget.At("Budget", "BudgetLimit"))
		}
	}
}

// Alarms watch functions that exist.
func TestAlarmsNameFunctionsThatExist(t *testing.T) {
	var names []string
	for n := range goFunctions(t, stage.Prod) {
		names = append(names, stageNamed(t, stage.Prod).Resource(n))
	}
	for _, a := range templates(t, stage.Prod).Of("AWS::CloudWatch::Alarm") {
		for _, d := range a.List("Dimensions") {
			if object, _ := d.(map[string]any); object["Name"] == "FunctionName" && !slices.Contains(names, object["Value"].(string)) {
				t.Errorf("%s watches %v", a.ID, object["Value"])
			}
		}
	}
}

// A new account may run ten invocations at once: the alarm rings below its own limit, whatever that is.
func TestConcurrencyRingsBelowTheAccountsLimit(t *testing.T) {
	s, err := stageNamed(t, stage.Dev).WithConcurrency("10")
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range synthesise(t, s).Of("AWS::CloudWatch::Alarm") {
		if a.Text("MetricName") == "ConcurrentExecutions" && a.Number("Threshold") != 8 {
			t.Errorf("rings over %v of 10", a.Number("Threshold"))
		}
	}
}

// A topic with a policy of its own lets nobody in whom it does not name: SNS's
// own rule, which lets the account in, is replaced.
func TestWhoRingsMayPublish(t *testing.T) {
	for _, name := range awsStages {
		s := templates(t, name)
		policies := s.Of("AWS::SNS::TopicPolicy")
		if topics := s.Of("AWS::SNS::Topic"); len(policies) != 2 || len(topics) != 2 {
			t.Fatalf("%s: %d policies of %d topics", name, len(policies), len(topics))
		}
		for _, policy := range policies {
			welcome := map[string]bool{}
			for _, st := range policy.List("PolicyDocument", "Statement") {
				object, _ := st.(map[string]any)
				principal, _ := object["Principal"].(map[string]any)
				if object["Effect"] != "Allow" {
					continue
				}
				if object["Action"] != "sns:Publish" || !strings.Contains(synth.JSON(object["Condition"]), `"aws:SourceAccount":{"Ref":"AWS::AccountId"}`) {
					t.Errorf("%s %s: more than ringing for this account: %s", name, policy.Stack, synth.JSON(object))
				}
				for _, service := range texts(principal["Service"]) {
					welcome[service] = true
				}
			}
			for _, service := range []string{"cloudwatch.amazonaws.com", "budgets.amazonaws.com"} {
				if !welcome[service] {
					t.Errorf("%s %s: %s may not publish: %v", name, policy.Stack, service, welcome)
				}
			}
		}
	}
}

// An alarm and the topic that it rings are where the numbers are.
func TestAlarmsAreWhereTheirNumbersAre(t *testing.T) {
	for _, name := range awsStages {
		s := inRegion(t, name, tokyo)
		atTheEdge := 0
		for _, a := range s.Of("AWS::CloudWatch::Alarm") {
			edge := a.Text("Namespace") == "AWS/CloudFront" || a.Text("Namespace") == "AWS/WAFV2"
			if region := s[a.Stack].Region; edge != (region == stage.Global) {
				t.Errorf("%s: %s looks at %s in %s", name, a.ID, a.Text("Namespace"), region)
			}
			if topic := reference(a.List("AlarmActions")[0]); s[a.Stack].Resources[topic].Type != "AWS::SNS::Topic" {
				t.Errorf("%s: %s rings elsewhere", name, a.ID)
			}
			if edge {
				atTheEdge++
			}
		}
		if atTheEdge != 2 {
			t.Errorf("%s: %d alarms at the edge", name, atTheEdge)
		}
	}
}

// Alarms look at metrics that AWS has under those dimensions.
func TestAlarmsLookAtMetricsThatExist(t *testing.T) {
	for _, name := range awsStages {
		table := 0
		for _, a := range templates(t, name).Of("AWS::CloudWatch::Alarm") {
			if a.Text("Namespace") != "AWS/DynamoDB" {
				continue
			}
			table++
			// Without the dimension Operation there is no ThrottledRequests.
			if metric := a.Text("MetricName"); metric != "ReadThrottleEvents" && metric != "WriteThrottleEvents" {
				t.Errorf("%s: %s looks at %s by table", name, a.ID, metric)
			}
		}
		if table != 2 {
			t.Errorf("%s: %d alarms on the table", name, table)
		}
	}
}
