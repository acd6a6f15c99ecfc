// Package stage holds everything in which the stages differ: one typed value
// per stage, in one table. Stacks ask the value, never the stage's name.
package stage

import (
	"fmt"
	"slices"
	"sort"
	"strconv"
)

// Name names a stage.
type Name string

// The stages.
const (
	Local   Name = "local"
	Dev     Name = "dev"
	Staging Name = "staging"
	Prod    Name = "prod"
)

// Stage is one complete environment.
type Stage struct {
	Name    Name
	Account string // empty: that of the caller's credentials
	Region  string
	Version string // of the running code, as its logs and health show it
	// Deployment names this deployment, among all of the stage.
	Deployment string

	// Protected stages keep their data when a stack is deleted.
	Protected    bool
	LogDays      int
	Architecture string // of the functions, "arm64" or "x86_64"

	Network  Network
	Database Database
	Redis    Redis
	Gateway  Gateway
	Edge     Edge
	API      API
	Web      bool
	Replies  Replies
	Models   Models
	Workers  Workers
	// Provisioned says how many environments of a function are kept warm.
	Provisioned map[string]int
	Monitoring  Monitoring

	StartingTokens int
	// UnprovedTokens are what an account gets until its address is proved,
	// FreeTokensPerDay bounds what all of them get; zero: no bound.
	UnprovedTokens   int
	FreeTokensPerDay int

	// CommerceDisclosure is what the law asks of whoever sells (特定商取引法に基づく
	// 表記), by language; none: the page is not there.
	CommerceDisclosure map[string]string

	// StripeURL is set where Stripe stands somewhere else than at its own address.
	StripeURL string

	// LimitFactor is how many times as generous as usual the stage is to each
	// caller; zero: as usual.
	LimitFactor int

	// RetentionDays is for how long rooms may keep their messages at most; zero:
	// for ever.
	RetentionDays int

	// OTLPEndpoint is the OpenTelemetry collector that functions and gateway send spans to; empty: none.
	OTLPEndpoint string
}

// Network is the VPC. A stage without one runs everything on one machine.
type Network struct {
	Exists      bool
	Zones       []string // ids, those of the region
	NATGateways int
}

// Database is where PostgreSQL comes from.
type Database struct {
	// URL is set where the database is not ours to make.
	URL              string
	MinACU, MaxACU   float64
	PauseAfterSecs   int // 0: never pauses
	Reader           bool
	Proxy            bool
	BackupDays       int
	IdleSessionLimit int // milliseconds; 0: none
}

// Redis is where Valkey comes from. Neither URL nor Serverless: the stage has none.
type Redis struct {
	URL          string
	Serverless   bool
	MaxStorageGB int
	MaxECPU      int
}

// Balancing is how functions find the gateway's tasks.
type Balancing string

// The ways to find the gateway.
const (
	NoBalancing Balancing = ""          // the address is given
	CloudMap    Balancing = "cloud-map" // a private DNS name of the tasks
	NLB         Balancing = "nlb"       // a network load balancer, HTTP/2 passed through
)

// Gateway is the LLM gateway's service.
type Gateway struct {
	Address            string // set where the gateway is not ours to run
	ImageTag           string // of the container image, said at deployment
	Balancing          Balancing
	CPU, MemoryMB      int
	MinTasks, MaxTasks int
	Spot               bool
	PublicSubnet       bool // with a public address and a closed security group; saves the NAT gateway
	StreamsPerTask     int  // target of the scaling
}

// Edge is CloudFront with its firewall. A stage without it has its own front door.
type Edge struct {
	Exists     bool
	Origin     string // the public origin where the stage has its own front door
	WebSocket  string // the same for sockets
	RatePerIP  int    // requests in five minutes
	ManagedWAF []RuleGroup
	Domain     string // optional name of one's own
	// CertificateARN is the domain's certificate in CloudFront's region.
	CertificateARN string
}

// RuleGroup is rules of the firewall that AWS keeps.
type RuleGroup struct {
	Name        string
	ReadsBodies bool
}

// API is how API Gateway behaves in the stage.
type API struct {
	// Endpoint is set where API Gateway has another address than AWS's.
	Endpoint string
	// Busy: API Gateway refuses two changes of one API at the same time.
	Busy bool
	// RouteResponses: the local API Gateway answers every route and has no
	// such resource.
	RouteResponses bool
	// SecretVersion is raised when the origin secret was rotated, so that
	// CloudFront is deployed with the new value.
	SecretVersion int
	AccessLogs    bool
	RatePerSecond int
	Burst         int
}

// Replies is the pace of streaming answers.
type Replies struct {
	DeltaIntervalMS      int
	CheckpointIntervalMS int
	SendBudgetPerSecond  int
}

// Models is what people may ask.
type Models struct {
	// Allowed are provider/model or provider/*; none means every model that can be asked.
	Allowed []string
	// Unknown lets them ask models that the gateway's catalogue does not list, whose price nobody knows.
	Unknown bool
}

// Workers says how many batches of a queue run at once.
type Workers struct {
	AIReplies, AIWatchdog, FanOut, Payments int
	// ReplyPollers is the provisioned mode of ai-replies; zero: on demand.
	ReplyPollersMin, ReplyPollersMax int
}

// Monitoring is alarms and budget. Email is asked for at deployment.
type Monitoring struct {
	Exists           bool
	MonthlyBudgetUSD int
	// Money is taken for real: what keeps it from the books rings.
	Money bool
	// Concurrency is how many invocations the account may run at once. A new
	// account may be given ten; the deployment asks and says it.
	Concurrency int
}

// WithConcurrency is the stage in an account with that limit of concurrent invocations; empty: that of the table.
func (s Stage) WithConcurrency(limit string) (Stage, error) {
	if limit == "" {
		return s, nil
	}
	number, err := strconv.Atoi(limit)
	if err != nil || number < 1 {
		return Stage{}, fmt.Errorf("stage %s: %q is no limit of concurrent invocations", s.Name, limit)
	}
	s.Monitoring.Concurrency = number
	return s, nil
}

// Validate returns an error if the stage's values contradict each other.
func (s Stage) Validate() error {
	switch {
	case s.Gateway.Balancing != NoBalancing && !s.Network.Exists:
		return fmt.Errorf("stage %s: a gateway service needs a network", s.Name)
	case s.Database.URL == "" && !s.Network.Exists:
		return fmt.Errorf("stage %s: Aurora needs a network", s.Name)
	case s.Gateway.Balancing != NoBalancing && !s.Gateway.PublicSubnet && s.Network.NATGateways == 0:
		return fmt.Errorf("stage %s: providers have no IPv6, so private tasks need a NAT gateway", s.Name)
	case s.RetentionDays != 0 && (s.RetentionDays < 30 || s.RetentionDays > 3650):
		return fmt.Errorf("stage %s: messages are kept for ever, or 30 to 3,650 days, not %d", s.Name, s.RetentionDays)
	case !slices.Contains([]int{14, 90}, s.LogDays):
		return fmt.Errorf("stage %s: logs are kept 14 or 90 days, not %d", s.Name, s.LogDays)
	case (s.Edge.Domain == "") != (s.Edge.CertificateARN == ""):
		return fmt.Errorf("stage %s: a domain and its certificate come together", s.Name)
	}
	return s.validateRegion()
}

// IsLocal tells whether the stage lives on one machine.
func (s Stage) IsLocal() bool { return s.Account == LocalAccount }

// ID is the prefix of the stage's names.
func (s Stage) ID() string { return "yoriai-" + string(s.Name) }

// Resource names something of the stage. Names are known beforehand, so that
// stacks need no references to each other.
func (s Stage) Resource(name string) string { return s.ID() + "-" + name }

// Parameter is the path of a value that one stack leaves for others.
func (s Stage) Parameter(name string) string { return "/yoriai/" + string(s.Name) + "/" + name }

// Secret is the name of a secret of the stage.
func (s Stage) Secret(name string) string { return "yoriai/" + string(s.Name) + "/" + name }

// Names returns the names of all stages.
func Names() []Name {
	var names []Name
	for n := range table(nil) {
		names = append(names, n)
	}
	sort.Slice(names, func(i, j int) bool { return names[i] < names[j] })
	return names
}

// Find returns the stage of that name. getenv gives the addresses that the
// local stage's parts were started on.
func Find(name string, getenv func(string) string) (Stage, error) {
	s, there := table(getenv)[Name(name)]
	if !there {
		return Stage{}, fmt.Errorf("no stage %q; there are %v", name, Names())
	}
	return s.In(s.Region)
}
