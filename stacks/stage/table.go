package stage

import "runtime"

// LocalAccount is MiniStack's and LocalStack's account. No AWS account has this
// number, so the CDK refuses to deploy the local stage with real credentials.
const LocalAccount = "000000000000"

// usualConcurrency is Lambda's limit for an account, unless AWS or its owner set another.
const usualConcurrency = 1000

var managed = []RuleGroup{{Name: "AWSManagedRulesAmazonIpReputationList"}}

// machine is the processor that this program runs on, as Lambda calls it.
func machine() string {
	if runtime.GOARCH == "arm64" {
		return "arm64"
	}
	return "x86_64"
}

// table is all stages. What is not said is not there.
func table(getenv func(string) string) map[Name]Stage {
	env := func(name, otherwise string) string {
		if getenv != nil {
			if v := getenv(name); v != "" {
				return v
			}
		}
		return otherwise
	}
	version := env("YORIAI_VERSION", "0.1.0")

	return map[Name]Stage{
		Local: {
			Name: Local, Account: LocalAccount, Region: "us-east-1", Version: version,
			LogDays: 14, Architecture: env("YORIAI_LOCAL_ARCHITECTURE", machine()),
			Database: Database{URL: env("YORIAI_LOCAL_DATABASE_URL", "postgres://postgres:local@127.0.0.1:55432/yoriai")},
			Redis:    Redis{URL: env("YORIAI_LOCAL_REDIS_URL", "redis://127.0.0.1:56379")},
			Gateway:  Gateway{Address: env("YORIAI_LOCAL_GATEWAY_GRPC", "127.0.0.1:50061")},
			Edge: Edge{
				Origin:    env("YORIAI_LOCAL_ORIGIN", "http://localhost:8080"),
				WebSocket: env("YORIAI_LOCAL_WS_URL", "ws://localhost:8080/ws"),
			},
			API: API{
				Endpoint:      env("YORIAI_LOCAL_AWS_ENDPOINT", "http://127.0.0.1:4566"),
				SecretVersion: 1, RatePerSecond: 10000, Burst: 5000,
			},
			Replies:        Replies{DeltaIntervalMS: 50, CheckpointIntervalMS: 1000, SendBudgetPerSecond: 2000},
			Models:         Models{Unknown: true}, // the bundled one, and whatever Ollama has
			Workers:        Workers{AIReplies: 64, AIWatchdog: 16, FanOut: 16, Payments: 2},
			StartingTokens: 1_000_000, UnprovedTokens: 1_000_000,
			LimitFactor:  1000, // nobody is a stranger here, and benchmarks call like a thousand people
			OTLPEndpoint: env("YORIAI_LOCAL_OTLP_ENDPOINT", ""),
			StripeURL:    env("YORIAI_LOCAL_STRIPE_URL", ""),
		},
		Dev: {
			Name: Dev, Region: "us-east-1", Version: version,
			LogDays: 14, Architecture: "arm64",
			Network: Network{Exists: true},
			Database: Database{
				MinACU: 0, MaxACU: 4, PauseAfterSecs: 300, BackupDays: 1, IdleSessionLimit: 60_000,
			},
			Gateway: Gateway{
				Balancing: CloudMap, CPU: 256, MemoryMB: 512, MinTasks: 1, MaxTasks: 1,
				Spot: true, PublicSubnet: true, StreamsPerTask: 200,
			},
			Edge:           Edge{Exists: true, RatePerIP: 2000, ManagedWAF: managed},
			API:            API{Busy: true, RouteResponses: true, SecretVersion: 1, AccessLogs: true, RatePerSecond: 200, Burst: 100},
			Web:            true,
			Replies:        Replies{DeltaIntervalMS: 200, CheckpointIntervalMS: 1000, SendBudgetPerSecond: 500},
			Workers:        Workers{AIReplies: 20, AIWatchdog: 5, FanOut: 10, Payments: 2},
			Monitoring:     Monitoring{Exists: true, MonthlyBudgetUSD: 40, Concurrency: usualConcurrency},
			StartingTokens: 100_000, UnprovedTokens: 5_000, FreeTokensPerDay: 5_000_000,
		},
		Staging: {
			Name: Staging, Region: "us-east-1", Version: version,
			LogDays: 14, Architecture: "arm64",
			Network:  Network{Exists: true, NATGateways: 1},
			Database: Database{MinACU: 0.5, MaxACU: 4, BackupDays: 3},
			Redis:    Redis{Serverless: true, MaxStorageGB: 1, MaxECPU: 1000},
			Gateway: Gateway{
				Balancing: NLB, CPU: 256, MemoryMB: 512, MinTasks: 1, MaxTasks: 2, StreamsPerTask: 500,
			},
			Edge:           Edge{Exists: true, RatePerIP: 2000, ManagedWAF: managed},
			API:            API{Busy: true, RouteResponses: true, SecretVersion: 1, AccessLogs: true, RatePerSecond: 1000, Burst: 500},
			Web:            true,
			Replies:        Replies{DeltaIntervalMS: 200, CheckpointIntervalMS: 1000, SendBudgetPerSecond: 2000},
			Workers:        Workers{AIReplies: 100, AIWatchdog: 10, FanOut: 20, Payments: 5},
			Monitoring:     Monitoring{Exists: true, MonthlyBudgetUSD: 300, Money: true, Concurrency: usualConcurrency},
			StartingTokens: 100_000, UnprovedTokens: 5_000, FreeTokensPerDay: 5_000_000,
		},
		Prod: {
			Name: Prod, Region: "us-east-1", Version: version,
			Protected: true, LogDays: 90, Architecture: "arm64",
			Network:  Network{Exists: true, NATGateways: 2},
			Database: Database{MinACU: 0.5, MaxACU: 32, Reader: true, BackupDays: 14},
			Redis:    Redis{Serverless: true, MaxStorageGB: 5, MaxECPU: 20_000},
			Gateway: Gateway{
				Balancing: NLB, CPU: 1024, MemoryMB: 2048, MinTasks: 2, MaxTasks: 20, StreamsPerTask: 1000,
			},
			Edge:    Edge{Exists: true, RatePerIP: 2000, ManagedWAF: append([]RuleGroup{{Name: "AWSManagedRulesKnownBadInputsRuleSet", ReadsBodies: true}}, managed...)},
			API:     API{Busy: true, RouteResponses: true, SecretVersion: 1, AccessLogs: true, RatePerSecond: 4000, Burst: 2000},
			Web:     true,
			Replies: Replies{DeltaIntervalMS: 200, CheckpointIntervalMS: 1000, SendBudgetPerSecond: 6000},
			Workers: Workers{
				AIReplies: 1000, AIWatchdog: 50, FanOut: 100, Payments: 5,
				ReplyPollersMin: 2, ReplyPollersMax: 100,
			},
			Provisioned:    map[string]int{"ai-replies": 2, "sendMessage": 2},
			Monitoring:     Monitoring{Exists: true, MonthlyBudgetUSD: 1000, Money: true, Concurrency: usualConcurrency},
			StartingTokens: 100_000, UnprovedTokens: 5_000, FreeTokensPerDay: 5_000_000,
		},
	}
}
