package stacks

import (
	"github.com/yoriai/yoriai/stacks/constructs"
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
func alarms(s stage.Stage, ids alarmIDs) []alarm {
	all := append(functionAlarms(s), queueAlarms(s)...)
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
	return []alarm{
		{id: "FunctionErrors", means: "More than 1 % of all invocations end in an error", of: lambdaMetric(s, "", "Errors", "Sum"),
			perCentOf: &invocations, seconds: 300, periods: 2, over: 1},
		{id: "FunctionThrottles", means: "Lambda has no concurrency left: ask for more", of: lambdaMetric(s, "", "Throttles", "Sum"),
			seconds: 60, periods: 3, over: 10},
		{id: "FunctionConcurrency", means: "Near the account's limit of concurrent invocations", of: lambdaMetric(s, "", "ConcurrentExecutions", "Maximum"),
			seconds: 60, periods: 5, over: 800},
		{id: "ReplyWorkerErrors", means: "The AI worker crashes", of: lambdaMetric(s, "ai-replies", "Errors", "Sum"), seconds: 300, periods: 1, over: 5},
		{id: "FanOutErrors", means: "Events are not pushed", of: lambdaMetric(s, "fan-out", "Errors", "Sum"), seconds: 300, periods: 2, over: 5},
		{id: "SweepErrors", means: "The sweeper fails", of: lambdaMetric(s, "sweep", "Errors", "Sum"), seconds: 300, periods: 2, over: 2},
		{id: "SweepSilent", means: "The sweeper is not called any more", of: lambdaMetric(s, "sweep", "Invocations", "Sum"),
			seconds: 300, periods: 2, over: 3, under: true, silence: true},
		{id: "NightlyErrors", means: "The nightly window failed, or fewer than 3 months of partitions lie ahead", of: lambdaMetric(s, "nightly", "Errors", "Sum"), seconds: 3600, periods: 1, over: 0},
		{id: "NightlySilent", means: "The nightly window is not opened any more", of: lambdaMetric(s, "nightly", "Invocations", "Sum"),
			seconds: 86400, periods: 1, over: 1, under: true, silence: true},
		{id: "SignInSlow", means: "Signing in takes seconds", of: lambdaMetric(s, "logIn", "Duration", "p99"), seconds: 300, periods: 3, over: 5000},
		{id: "SendSlow", means: "Sending a message takes over a second", of: lambdaMetric(s, "sendMessage", "Duration", "p99"), seconds: 300, periods: 3, over: 1000},
	}
}

// A consumer empties each dead-letter queue, so its depth stays zero: what is
// counted is how often the consumer had to run.
func queueAlarms(s stage.Stage) []alarm {
	age := func(queue string) measure {
		return measure{"AWS/SQS", "ApproximateAgeOfOldestMessage", map[string]string{"QueueName": s.Resource(queue)}, "Maximum"}
	}
	return []alarm{
		{id: "ReplyQueueOld", means: "Questions wait for a worker", of: age("ai-replies"), seconds: 60, periods: 3, over: 30},
		{id: "FanOutQueueOld", means: "Pushes are late", of: age("fan-out"), seconds: 60, periods: 3, over: 30},
		{id: "WatchdogQueueOld", means: "Lost answers are found late", of: age("ai-watchdog"), seconds: 300, periods: 2, over: 180},
		{id: "ReplyDeadLetters", means: "Answers failed three times", of: lambdaMetric(s, "ai-replies-dead", "Invocations", "Sum"), seconds: 300, periods: 1, over: 0},
		{id: "FanOutDeadLetters", means: "Pushes failed for good", of: lambdaMetric(s, "fan-out-dead", "Invocations", "Sum"), seconds: 300, periods: 1, over: 0},
		{id: "WatchdogDeadLetters", means: "The watchdog failed for good", of: lambdaMetric(s, "ai-watchdog-dead", "Invocations", "Sum"), seconds: 300, periods: 1, over: 0},
	}
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
