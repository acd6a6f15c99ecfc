package stacks

import (
	"strings"

	"github.com/yoriai/yoriai/stacks/constructs"
	"github.com/yoriai/yoriai/stacks/contract"
	"github.com/yoriai/yoriai/stacks/stage"
)

// measure is a number that AWS publishes.
type measure struct {
	namespace, name string
	dimensions      map[string]string
	statistic       string
}

type alarm struct {
	id, means string
	of        measure
	// perCentOf turns the measure into its share of another.
	perCentOf *measure
	seconds   int
	periods   int
	over      float64
	// under rings when the measure is below the limit instead.
	under bool
	// silence: no data at all is as bad as crossing the limit.
	silence bool
}

// alarms are for a whole stage, not for each function: three for every one of
// forty functions would cost more than the dev stage itself. Metrics without a
// dimension are those of the whole account (one account per stage).
func alarms(s stage.Stage, queues []contract.Queue, ids alarmIDs) []alarm {
	all := append(functionAlarms(s), queueAlarms(s, queues)...)
	all = append(all, apiAlarms(s, ids)...)
	all = append(all, databaseAlarms(s)...)
	return append(all, gatewayAlarms(s)...)
}

// alarmIDs are names that only the deployment knows.
type alarmIDs struct{ http, websocket string }

func lambdaMetric(s stage.Stage, function, name, statistic string) measure {
	m := measure{namespace: "AWS/Lambda", name: name, statistic: statistic}
	if function != "" {
		m.dimensions = map[string]string{"FunctionName": s.Resource(function)}
	}
	return m
}

func functionAlarms(s stage.Stage) []alarm {
	invocations := lambdaMetric(s, "", "Invocations", "Sum")
	all := []alarm{
		{id: "FunctionErrors", means: "More than 1 % of all invocations end in an error", of: lambdaMetric(s, "", "Errors", "Sum"),
			perCentOf: &invocations, seconds: 300, periods: 2, over: 1},
		{id: "FunctionThrottles", means: "Lambda has no concurrency left: ask for more", of: lambdaMetric(s, "", "Throttles", "Sum"),
			seconds: 60, periods: 3, over: 10},
		{id: "FunctionConcurrency", means: "Over 80 % of the account's limit of concurrent invocations", of: lambdaMetric(s, "", "ConcurrentExecutions", "Maximum"),
			seconds: 60, periods: 5, over: 0.8 * float64(s.Monitoring.Concurrency)},
		{id: "SweepErrors", means: "The sweeper fails", of: lambdaMetric(s, "sweep", "Errors", "Sum"), seconds: 300, periods: 2, over: 2},
		{id: "SweepSilent", means: "The sweeper is not called any more", of: lambdaMetric(s, "sweep", "Invocations", "Sum"),
			seconds: 300, periods: 2, over: 3, under: true, silence: true},
		{id: "NightlyErrors", means: "The nightly window failed, or fewer than 3 months of partitions lie ahead", of: lambdaMetric(s, "nightly", "Errors", "Sum"), seconds: 3600, periods: 1, over: 0},
		{id: "NightlySilent", means: "The nightly window is not opened any more", of: lambdaMetric(s, "nightly", "Invocations", "Sum"),
			seconds: 86400, periods: 1, over: 1, under: true, silence: true},
	}
	if s.Monitoring.Money {
		all = append(all,
			// Where the database sleeps, the first answers are slow each time.
			alarm{id: "SignInSlow", means: "Signing in takes seconds", of: lambdaMetric(s, "logIn", "Duration", "p99"), seconds: 300, periods: 3, over: 5000},
			alarm{id: "SendSlow", means: "Sending a message takes over a second", of: lambdaMetric(s, "sendMessage", "Duration", "p99"), seconds: 300, periods: 3, over: 1000},
			alarm{id: "ReconcileErrors", means: "What Stripe told is not compared with the books", of: lambdaMetric(s, "reconcile", "Errors", "Sum"), seconds: 3600, periods: 1, over: 0})
	}
	return all
}

// recordsFailed counts the records that a consumer failed on. The consumers
// write it to their logs in CloudWatch's embedded metric format: Lambda's own
// Errors stay zero when single records fail.
func recordsFailed(queue string) measure {
	return measure{"Yoriai", "RecordsFailed", map[string]string{"queue": queue}, "Sum"}
}

// deadLetters counts what failed for good. A consumer empties a dead-letter
// queue, so its depth stays zero: what is counted is how often the consumer had
// to run, for one that fails again and again too. Without one the letters lie
// there until a person takes them.
func deadLetters(s stage.Stage, q contract.Queue) measure {
	if q.Dead != nil {
		return lambdaMetric(s, q.Dead.Name, "Invocations", "Sum")
	}
	return measure{"AWS/SQS", "ApproximateNumberOfMessagesVisible", map[string]string{"QueueName": s.Resource(q.Name + contract.DeadSuffix)}, "Maximum"}
}

func queueAlarms(s stage.Stage, queues []contract.Queue) []alarm {
	var all []alarm
	for _, q := range queues {
		name := camel(q.Name)
		letters := alarm{id: name + "DeadLetters", means: "Messages of " + q.Name + " failed for good", seconds: 300, periods: 1, over: 0, of: deadLetters(s, q)}
		if q.Dead == nil || q.Healed {
			// What fails there is a letter within half an hour, or begun anew by the sweeper, and nobody waits for it in a room:
			// the idle price of dev has no room for it.
			if s.Monitoring.Money {
				all = append(all, letters)
			}
			continue
		}
		all = append(all, letters,
			alarm{id: name + "QueueOld", means: "The oldest message of " + q.Name + " waits too long", seconds: 60, periods: 3, over: float64(q.Late),
				of: measure{"AWS/SQS", "ApproximateAgeOfOldestMessage", map[string]string{"QueueName": s.Resource(q.Name)}, "Maximum"}},
			alarm{id: name + "RecordsFailed", means: "Records of " + q.Name + " fail", of: recordsFailed(q.Name), seconds: 300, periods: 2, over: 5},
		)
	}
	return all
}

// camel writes fan-out as FanOut.
func camel(name string) string {
	var b strings.Builder
	for word := range strings.SplitSeq(name, "-") {
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return b.String()
}

func apiAlarms(s stage.Stage, ids alarmIDs) []alarm {
	http := func(name, statistic string) measure {
		return measure{"AWS/ApiGateway", name, map[string]string{"ApiId": ids.http}, statistic}
	}
	socket := func(name, statistic string) measure {
		return measure{"AWS/ApiGateway", name, map[string]string{"ApiId": ids.websocket}, statistic}
	}
	table := map[string]string{"TableName": s.Resource(constructs.TableName)}
	count, messages := http("Count", "Sum"), socket("MessageCount", "Sum")
	return []alarm{
		{id: "HttpErrors", means: "More than 1 % of the requests answer 5xx", of: http("5xx", "Sum"), perCentOf: &count, seconds: 300, periods: 2, over: 1},
		{id: "HttpSlow", means: "Requests take over three seconds", of: http("Latency", "p99"), seconds: 300, periods: 3, over: 3000},
		{id: "SocketErrors", means: "More than 1 % of the socket's messages fail", of: socket("IntegrationError", "Sum"), perCentOf: &messages, seconds: 300, periods: 2, over: 1},
		{id: "SocketFlood", means: "Half of the account's 10,000 requests a second", of: socket("MessageCount", "Sum"), seconds: 60, periods: 3, over: 300_000},
		// ThrottledRequests exists for each operation only; these are the table's own.
		{id: "TableReadsThrottled", means: "DynamoDB refuses reads", of: measure{"AWS/DynamoDB", "ReadThrottleEvents", table, "Sum"}, seconds: 60, periods: 3, over: 10},
		{id: "TableWritesThrottled", means: "DynamoDB refuses writes", of: measure{"AWS/DynamoDB", "WriteThrottleEvents", table, "Sum"}, seconds: 60, periods: 3, over: 10},
	}
}

func edgeAlarms(s stage.Stage, distribution string) []alarm {
	return []alarm{
		{id: "EdgeErrors", means: "More than 2 % of the answers at the edge are 5xx", of: measure{"AWS/CloudFront", "5xxErrorRate",
			map[string]string{"DistributionId": distribution, "Region": "Global"}, "Average"}, seconds: 300, periods: 2, over: 2},
		{id: "FirewallBlocks", means: "The firewall refuses many requests", of: measure{"AWS/WAFV2", "BlockedRequests",
			map[string]string{"WebACL": s.ID(), "Rule": "ALL"}, "Sum"}, seconds: 300, periods: 3, over: 1000},
	}
}

func databaseAlarms(s stage.Stage) []alarm {
	cluster := func(name, statistic string) measure {
		return measure{"AWS/RDS", name, map[string]string{"DBClusterIdentifier": s.ID()}, statistic}
	}
	return []alarm{
		{id: "DatabaseCapacity", means: "Aurora is at its largest", of: cluster("ACUUtilization", "Average"), seconds: 300, periods: 3, over: 90},
		{id: "DatabaseConnections", means: "Near the limit of connections", of: cluster("DatabaseConnections", "Maximum"), seconds: 60, periods: 5, over: 80 * max(1, s.Database.MaxACU)},
		{id: "DatabaseDeadlocks", means: "Transactions wait for each other: the lock order is broken", of: cluster("Deadlocks", "Sum"), seconds: 300, periods: 1, over: 0},
	}
}

func gatewayAlarms(s stage.Stage) []alarm {
	service := func(name string) measure {
		return measure{"AWS/ECS", name, map[string]string{"ClusterName": s.ID(), "ServiceName": s.Resource(gatewayServiceName)}, "Average"}
	}
	return []alarm{
		{id: "GatewayDown", means: "No gateway task reports", of: measure{"AWS/ECS", "CPUUtilization", service("").dimensions, "SampleCount"},
			seconds: 60, periods: 5, over: 0.5, under: true, silence: true},
		{id: "GatewayBusy", means: "The gateway's processors are full", of: service("CPUUtilization"), seconds: 60, periods: 5, over: 85},
		{id: "GatewayMemory", means: "The gateway's memory is nearly full", of: service("MemoryUtilization"), seconds: 60, periods: 5, over: 85},
	}
}
