package constructs

import (
	"strconv"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"

	"github.com/yoriai/yoriai/stacks/contract"
	"github.com/yoriai/yoriai/stacks/stage"
)

// Names under which stacks leave values for the functions.
const (
	DatabaseURLParameter      = "database/url"
	DatabaseResourceParameter = "database/resource-id"
	RedisURLParameter         = "redis/url"
	GatewayParameter          = "gateway/grpc-address"
	HTTPAPIParameter          = "api/http-id"
	WebSocketAPIParameter     = "api/websocket-id"
	OriginParameter           = "edge/origin"
	DomainParameter           = "edge/domain"
	PublicKeyParameter        = "jwt-public-key"
	ExportsParameter          = "exports/bucket"
)

// Names of secrets, made before the first deployment.
const (
	OriginSecret     = "origin"
	SigningKeySecret = "jwt-signing-key"
	StripeSecret     = "stripe"
)

// DatabaseRole is the role that functions log in as; migrations make it.
const DatabaseRole = "yoriai"

// TableName, HTTPStage and WebSocketStage are names the whole system agrees on.
const (
	TableName      = "realtime"
	HTTPStage      = "api"
	WebSocketStage = "ws"
)

// tableActions are what a function does to the table. Nobody scans it.
func tableActions(function string) []string {
	if narrow, known := narrowTable[function]; known {
		return narrow
	}
	return narrowTable[generous]
}

// environment is what the function is told, from its needs.
func (h *Host) environment(f contract.Function) map[string]*string {
	s := h.Stage
	env := map[string]*string{
		"YORIAI_STAGE":   Str(string(s.Name)),
		"YORIAI_VERSION": Str(s.Version),
	}
	if s.OTLPEndpoint != "" {
		env["OTEL_EXPORTER_OTLP_ENDPOINT"] = Str(s.OTLPEndpoint)
	}
	env["UNPROVED_TOKENS"] = Str(strconv.Itoa(s.UnprovedTokens))
	if f.Kind != contract.Deploy {
		env["PUBLIC_ORIGIN"] = Str(h.publicOrigin())
		env["JWT_PUBLIC_KEY"] = Str(Published(h.Stack, s.Parameter(PublicKeyParameter)))
		env["STARTING_TOKENS"] = Str(strconv.Itoa(s.StartingTokens))
		env["FREE_TOKENS_PER_DAY"] = Str(strconv.Itoa(s.FreeTokensPerDay))
		env["DELTA_INTERVAL_MS"] = Str(strconv.Itoa(s.Replies.DeltaIntervalMS))
		env["CHECKPOINT_INTERVAL_MS"] = Str(strconv.Itoa(s.Replies.CheckpointIntervalMS))
		env["LIMIT_FACTOR"] = Str(strconv.Itoa(max(1, s.LimitFactor)))
		if s.RetentionDays > 0 {
			env["RETENTION_MAX_DAYS"] = Str(strconv.Itoa(s.RetentionDays))
		}
		env["SEND_BUDGET_PER_SECOND"] = Str(strconv.Itoa(s.Replies.SendBudgetPerSecond))
	}
	if f.Guarded() {
		env["ORIGIN_SECRET_ARN"] = Str(h.secretARN(OriginSecret))
	}
	for _, need := range f.Needs {
		switch need {
		case contract.Postgres:
			url, byIAM := h.database(f)
			env["DATABASE_URL"], env["DATABASE_IAM"] = Str(url), Str(strconv.FormatBool(byIAM))
			// Migrations go around the proxy.
			env["DATABASE_PROXY"] = Str(strconv.FormatBool(s.Database.Proxy && f.Kind != contract.Deploy))
		case contract.Redis:
			if s.Redis.URL != "" {
				env["REDIS_URL"] = Str(s.Redis.URL)
			} else if s.Redis.Serverless {
				env["REDIS_URL"] = Str(Published(h.Stack, s.Parameter(RedisURLParameter)))
			}
		case contract.Gateway:
			env["GATEWAY_GRPC_ADDR"] = Str(s.Gateway.Address)
			if s.Gateway.Balancing != stage.NoBalancing {
				env["GATEWAY_GRPC_ADDR"] = Str(Published(h.Stack, s.Parameter(GatewayParameter)))
			}
			env["ALLOWED_MODELS"] = Str(strings.Join(s.Models.Allowed, ","))
			env["ALLOW_UNKNOWN_MODELS"] = Str(strconv.FormatBool(s.Models.Unknown))
		case contract.Table:
			env["REALTIME_TABLE"] = Str(s.Resource(TableName))
		case contract.SigningKey:
			env["JWT_PRIVATE_KEY_SECRET_ARN"] = Str(h.secretARN(SigningKeySecret))
		case contract.Connections:
			env["WEBSOCKET_CALLBACK_URL"] = Str(h.callbackURL())
		case contract.WebSocketURL:
			env["WEBSOCKET_PUBLIC_URL"] = Str(h.socketURL())
		case contract.Stripe:
			env["STRIPE_SECRET_ARN"] = Str(h.secretARN(StripeSecret))
			if s.StripeURL != "" {
				env["STRIPE_URL"] = Str(s.StripeURL)
			}
		case contract.Machines:
			env["STATE_MACHINES"] = Str(ARN(h.Stack, "states", "stateMachine:"+s.Resource("")))
		case contract.Exports:
			env["EXPORTS_BUCKET"] = Str(Published(h.Stack, s.Parameter(ExportsParameter)))
		case contract.Internet:
		}
	}
	for _, queue := range f.SendsTo {
		env[contract.URLVariable(queue)] = Str(h.queueURL(queue))
	}
	// A consumer changes the visibility of what it received.
	if own := f.Consumes(); own != "" {
		env[contract.URLVariable(own)] = Str(h.queueURL(own))
	}
	return env
}

// database is where a function finds PostgreSQL, and whether IAM is its password.
// Who migrates is told another address, that of the owner.
func (h *Host) database(f contract.Function) (url string, byIAM bool) {
	switch {
	case h.Stage.Database.URL != "":
		return h.Stage.Database.URL, false
	case f.Kind == contract.Deploy:
		return "", true
	default:
		return Published(h.Stack, h.Stage.Parameter(DatabaseURLParameter)), true
	}
}

// permissions are the function's rights, from its needs: the named actions on
// the named resources.
func (h *Host) permissions(f contract.Function) []awsiam.PolicyStatement {
	s := h.Stage
	logs := *h.Logs.LogGroupArn()
	rights := []awsiam.PolicyStatement{Allow([]string{"logs:CreateLogStream", "logs:PutLogEvents"}, logs)}
	if f.Guarded() {
		rights = append(rights, Allow([]string{"secretsmanager:GetSecretValue"}, h.secretARN(OriginSecret)+"-??????"))
	}
	if h.inNetwork(f) {
		rights = append(rights, networkInterfaces())
	}
	for _, need := range f.Needs {
		switch need {
		case contract.Postgres:
			if s.Database.URL == "" && f.Kind != contract.Deploy { // migrations log in as somebody else
				id := Published(h.Stack, s.Parameter(DatabaseResourceParameter))
				rights = append(rights, Allow([]string{"rds-db:connect"}, ARN(h.Stack, "rds-db", "dbuser:"+id+"/"+DatabaseRole)))
			}
		case contract.Table:
			table := ARN(h.Stack, "dynamodb", "table/"+s.Resource(TableName))
			rights = append(rights, Allow(tableActions(f.Name), table, table+"/index/by_viewing"))
		case contract.SigningKey:
			rights = append(rights, Allow([]string{"secretsmanager:GetSecretValue"}, h.secretARN(SigningKeySecret)+"-??????"))
		case contract.Stripe:
			rights = append(rights, Allow([]string{"secretsmanager:GetSecretValue"}, h.secretARN(StripeSecret)+"-??????"))
		case contract.Connections:
			api := Published(h.Stack, s.Parameter(WebSocketAPIParameter))
			connections := ARN(h.Stack, "execute-api", api+"/"+WebSocketStage)
			rights = append(rights, Allow([]string{"execute-api:ManageConnections"},
				connections+"/POST/@connections/*", connections+"/DELETE/@connections/*"))
		case contract.Machines:
			rights = append(rights, Allow([]string{"states:StartExecution"}, ARN(h.Stack, "states", "stateMachine:"+s.Resource("*"))),
				Allow([]string{"states:StopExecution"}, ARN(h.Stack, "states", "execution:"+s.Resource("*"))))
		case contract.Exports:
			files := "arn:" + *h.Stack.Partition() + ":s3:::" + Published(h.Stack, s.Parameter(ExportsParameter)) + "/"
			for _, right := range narrowExports[f.Name] {
				rights = append(rights, Allow(right.actions, files+right.files))
			}
		case contract.Redis, contract.Gateway, contract.WebSocketURL, contract.Internet:
			// Reached over the network, or only a value: nothing to allow.
		}
	}
	for _, queue := range f.SendsTo {
		rights = append(rights, Allow([]string{"sqs:SendMessage"}, ARN(h.Stack, "sqs", s.Resource(queue))))
	}
	return rights
}

func (h *Host) inNetwork(f contract.Function) bool { return h.Stage.Network.Exists && f.InNetwork() }

// networkInterfaces is what Lambda needs to place a function in a network.
// These actions know no resources (the one exception to "no *").
func networkInterfaces() awsiam.PolicyStatement {
	return Allow([]string{
		"ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets", "ec2:DeleteNetworkInterface",
		"ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses",
	}, "*")
}

func (h *Host) secretARN(name string) string {
	return ARN(h.Stack, "secretsmanager", "secret:"+h.Stage.Secret(name))
}

func (h *Host) publicOrigin() string {
	if h.Stage.Edge.Exists {
		return Published(h.Stack, h.Stage.Parameter(OriginParameter))
	}
	return h.Stage.Edge.Origin
}

func (h *Host) socketURL() string {
	if h.Stage.Edge.Exists {
		return "wss://" + Published(h.Stack, h.Stage.Parameter(DomainParameter)) + "/" + WebSocketStage
	}
	return h.Stage.Edge.WebSocket
}

func (h *Host) callbackURL() string {
	api := Published(h.Stack, h.Stage.Parameter(WebSocketAPIParameter))
	if h.Stage.API.Endpoint != "" {
		return h.Stage.API.Endpoint + "/_aws/execute-api/" + api + "/" + WebSocketStage
	}
	return "https://" + APIHost(h.Stack, api) + "/" + WebSocketStage
}

func (h *Host) queueURL(queue string) string {
	if h.Stage.API.Endpoint != "" {
		return h.Stage.API.Endpoint + "/" + h.Stage.Account + "/" + h.Stage.Resource(queue)
	}
	return "https://sqs." + *h.Stack.Region() + ".amazonaws.com/" + *h.Stack.Account() + "/" + h.Stage.Resource(queue)
}
