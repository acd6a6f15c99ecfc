package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/yoriai/yoriai/stacks/constructs"
	"github.com/yoriai/yoriai/stacks/stage"
	"github.com/yoriai/yoriai/stacks/synth"
)

func TestEverythingStoredIsEncrypted(t *testing.T) {
	for _, name := range allStages {
		s := templates(t, name)
		policies := map[string]string{}
		for _, p := range s.Of("AWS::SQS::QueuePolicy") {
			for _, q := range p.List("Queues") {
				policies[reference(q)] = synth.JSON(p.At("PolicyDocument"))
			}
		}
		for _, q := range s.Of("AWS::SQS::Queue") {
			if q.At("SqsManagedSseEnabled") != true {
				t.Errorf("%s: queue %s is not encrypted", name, q.ID)
			}
			if policy := policies[q.ID]; !strings.Contains(policy, `"aws:SecureTransport":"false"`) || !strings.Contains(policy, `"Deny"`) {
				t.Errorf("%s: queue %s takes messages without TLS", name, q.ID)
			}
		}
		for _, c := range s.Of("AWS::RDS::DBCluster") {
			if c.At("StorageEncrypted") != true || c.At("EnableIAMDatabaseAuthentication") != true {
				t.Errorf("%s: the database is encrypted and entered by IAM: %v", name, c.Properties)
			}
			if c.At("MasterUserPassword") != nil || c.At("ManageMasterUserPassword") != nil || c.Text("MasterUserAuthenticationType") != "iam-db-auth" {
				t.Errorf("%s: the database has a password", name)
			}
		}
		for _, g := range s.Of("AWS::RDS::DBClusterParameterGroup") {
			if g.Text("Parameters", "rds.force_ssl") != "1" {
				t.Errorf("%s: the database may be reached without TLS", name)
			}
			if g.Text("Parameters", "log_error_verbosity") != "terse" {
				t.Errorf("%s: the database's log quotes rows, which may be messages", name)
			}
		}
		for _, b := range s.Of("AWS::S3::Bucket") {
			if b.At("BucketEncryption") == nil || b.At("PublicAccessBlockConfiguration", "BlockPublicAcls") != true {
				t.Errorf("%s: bucket %s", name, b.ID)
			}
		}
	}
}

func TestQueuesEndInAConsumedDeadLetterQueue(t *testing.T) {
	for _, name := range allStages {
		st := stageNamed(t, name)
		s := templates(t, name)
		workers := s["workers"].Resources
		consumer := map[string]synth.Found{} // by queue
		for _, source := range s.Of("AWS::Lambda::EventSourceMapping") {
			consumer[reference(source.At("EventSourceArn"))] = source
			if !slices.Contains(texts(source.At("FunctionResponseTypes")), "ReportBatchItemFailures") {
				t.Errorf("%s: %s repeats the whole batch for one message", name, source.ID)
			}
		}
		byName := map[string]synth.Found{}
		for _, q := range s.Of("AWS::SQS::Queue") {
			byName[strings.TrimPrefix(q.Text("QueueName"), st.Resource(""))] = q
		}
		if len(byName) != 12 {
			t.Errorf("%s: %d queues", name, len(byName))
		}
		for n, q := range byName {
			source, there := consumer[q.ID]
			if letters := n == "payments-dead" || n == "stripe-commands-dead"; letters == there {
				t.Errorf("%s: somebody reads %s: %v", name, n, there)
				continue
			} else if letters {
				// What failed there is money: it waits for people, as long as SQS keeps it.
				if q.Number("MessageRetentionPeriod") != 14*24*3600 {
					t.Errorf("%s: %s forgets after %v s", name, n, q.Number("MessageRetentionPeriod"))
				}
				continue
			}
			if !there {
				t.Errorf("%s: nobody reads %s", name, n)
				continue
			}
			function := functionBehind(workers, source)
			if function.Text("FunctionName") != st.Resource(n) {
				t.Errorf("%s: %s is read by %s", name, n, function.Text("FunctionName"))
			}
			if q.Number("VisibilityTimeout") < function.Number("Timeout") {
				t.Errorf("%s: %s shows a message again after %v s, before the function's %v s are over", name, n, q.Number("VisibilityTimeout"), function.Number("Timeout"))
			}
			if strings.HasSuffix(n, "-dead") {
				continue
			}
			if dead := reference(q.At("RedrivePolicy", "deadLetterTargetArn")); dead != byName[n+"-dead"].ID {
				t.Errorf("%s: what fails in %s goes to %q", name, n, dead)
			}
		}
		replies := consumer[byName["ai-replies"].ID]
		if replies.Number("BatchSize") != 1 || byName["ai-replies"].Number("VisibilityTimeout") != 330 || byName["ai-replies"].Number("RedrivePolicy", "maxReceiveCount") != 3 {
			t.Errorf("%s: ai-replies is read one by one, 330 s, three times", name)
		}
		if consumer[byName["fan-out"].ID].Number("BatchSize") != 10 {
			t.Errorf("%s: fan-out is read by tens", name)
		}
		concurrency := replies.Number("ScalingConfig", "MaximumConcurrency")
		pollers := replies.Number("ProvisionedPollerConfig", "MaximumPollers")
		if (concurrency > 0) == (pollers > 0) {
			t.Errorf("%s: ai-replies has MaximumConcurrency %v and %v pollers; one of the two", name, concurrency, pollers)
		}
		if name == stage.Local && concurrency < 60 {
			t.Errorf("local: fifty rooms cannot stream at once with %v", concurrency)
		}
	}
}

// functionBehind follows an event source to its function, through the alias
// where environments are kept warm.
func functionBehind(stack map[string]synth.Resource, source synth.Found) synth.Resource {
	name := synth.JSON(source.At("FunctionName"))
	for id, r := range stack {
		if !strings.Contains(name, `{"Ref":"`+id+`"}`) {
			continue
		}
		if r.Type == "AWS::Lambda::Alias" {
			return stack[reference(r.At("FunctionName"))]
		}
		return r
	}
	return synth.Resource{}
}

func TestLogsAreForgotten(t *testing.T) {
	for _, name := range allStages {
		s := templates(t, name)
		want := map[bool]float64{true: 90, false: 14}[name == stage.Prod]
		for _, g := range s.Of("AWS::Logs::LogGroup") {
			if g.Number("RetentionInDays") != want {
				t.Errorf("%s: %s keeps %v days, want %v", name, g.Text("LogGroupName"), g.Number("RetentionInDays"), want)
			}
		}
		for _, f := range s.Of("AWS::Lambda::Function") {
			if s[f.Stack].Resources[reference(f.At("LoggingConfig", "LogGroup"))].Type != "AWS::Logs::LogGroup" {
				t.Errorf("%s: %s writes into a log that nobody limits", name, f.Text("FunctionName"))
			}
		}
	}
}

func TestSchedules(t *testing.T) {
	for _, name := range allStages {
		got := map[string]string{}
		for _, schedule := range templates(t, name).Of("AWS::Scheduler::Schedule") {
			got[strings.TrimPrefix(schedule.Text("Name"), stageNamed(t, name).Resource(""))] = schedule.Text("ScheduleExpression")
		}
		if len(got) != 3 || got["reconcile"] != "cron(30 18 * * ? *)" || got["sweep"] != "rate(1 minute)" || !strings.HasPrefix(got["nightly"], "cron(0 ") {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestProductionKeepsItsData(t *testing.T) {
	prod, dev := templates(t, stage.Prod), templates(t, stage.Dev)
	for _, kind := range []string{"AWS::DynamoDB::Table", "AWS::RDS::DBCluster"} {
		kept, gone := prod.Of(kind)[0], dev.Of(kind)[0]
		// What a failed first deployment leaves is in the way of the second.
		if kept.DeletionPolicy != "RetainExceptOnCreate" && kept.DeletionPolicy != "Snapshot" {
			t.Errorf("prod's %s: %s", kind, kept.DeletionPolicy)
		}
		if gone.DeletionPolicy != "Delete" {
			t.Errorf("dev's %s: %s", kind, gone.DeletionPolicy)
		}
	}
	if prod.Of("AWS::RDS::DBCluster")[0].At("DeletionProtection") != true {
		t.Error("prod's database can be deleted")
	}
}

func TestTheSchemaComesBeforeTheCode(t *testing.T) {
	schema := templates(t, stage.Prod).Of("Custom::Schema")
	if len(schema) != 1 || len(schema[0].Text("Version")) != 16 {
		t.Fatalf("one schema, of a version: %v", schema)
	}
}

// The index holds what the look-ups answer with. What a heartbeat writes is not
// in it: it would be written twice.
func TestAHeartbeatWritesTheTableOnly(t *testing.T) {
	for _, name := range allStages {
		indexes := templates(t, name).Of("AWS::DynamoDB::Table")[0].List("GlobalSecondaryIndexes")
		if len(indexes) != 1 {
			t.Fatalf("%s: %d indexes", name, len(indexes))
		}
		for _, i := range indexes {
			index, _ := i.(map[string]any)
			projection, _ := index["Projection"].(map[string]any)
			held := texts(projection["NonKeyAttributes"])
			for _, key := range index["KeySchema"].([]any) {
				held = append(held, key.(map[string]any)["AttributeName"].(string))
			}
			slices.Sort(held)
			if want := []string{"conn_user", "display_name", "id", "opened_at", "session", "ttl", "username", "viewing"}; projection["ProjectionType"] != "INCLUDE" || !slices.Equal(held, want) {
				t.Errorf("%s: %v holds %v, want %v", name, index["IndexName"], held, want)
			}
		}
	}
}

// RDS writes into a group of this name; it would make the group itself, to be
// kept for ever.
func TestTheDatabasesLogIsForgottenToo(t *testing.T) {
	for _, name := range awsStages {
		s, st := templates(t, name), stageNamed(t, name)
		cluster := s.Of("AWS::RDS::DBCluster")[0]
		there := false
		for _, g := range s.Of("AWS::Logs::LogGroup") {
			if g.Text("LogGroupName") == "/aws/rds/cluster/"+st.ID()+"/postgresql" {
				there = g.Number("RetentionInDays") == float64(st.LogDays) && slices.Contains(texts(cluster.DependsOn), g.ID)
			}
		}
		if exported := texts(cluster.At("EnableCloudwatchLogsExports")); !there || !slices.Equal(exported, []string{"postgresql"}) {
			t.Errorf("%s: exports %v into a group that is there before: %v", name, exported, there)
		}
	}
}

// A certificate that nobody checks keeps nobody out.
func TestTheDatabaseIsKnownByItsCertificate(t *testing.T) {
	for _, name := range awsStages {
		st, urls := stageNamed(t, name), 0
		for _, p := range templates(t, name).Of("AWS::SSM::Parameter") {
			value := synth.JSON(p.At("Value"))
			if !strings.Contains(value, "postgres://") {
				continue
			}
			urls++
			if !strings.Contains(value, `sslmode=verify-full`) || !strings.Contains(value, "sslrootcert="+constructs.AuthoritiesPath) {
				t.Errorf("%s: %s is %s", name, p.Text("Name"), value)
			}
		}
		if urls != 2 {
			t.Errorf("%s: %d addresses of the database", name, urls)
		}
		if _, err := constructs.Authorities(st.Region); err != nil {
			t.Error(err)
		}
	}
}

// AWS raises a version by itself, or this table does; not both.
func TestTheDatabasesVersionIsOurs(t *testing.T) {
	for _, name := range awsStages {
		s := templates(t, name)
		for _, i := range s.Of("AWS::RDS::DBInstance") {
			if i.At("AutoMinorVersionUpgrade") != false {
				t.Errorf("%s: %s is raised behind our back", name, i.ID)
			}
		}
		if version := s.Of("AWS::RDS::DBCluster")[0].Text("EngineVersion"); !strings.HasPrefix(version, "17.") {
			t.Errorf("%s: version %q", name, version)
		}
	}
}
