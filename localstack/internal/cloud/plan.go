package cloud

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"syscall"

	"github.com/yoriai/yoriai/localstack/internal/build"
	"github.com/yoriai/yoriai/localstack/internal/deploy"
	"github.com/yoriai/yoriai/localstack/internal/gateway"
	"github.com/yoriai/yoriai/localstack/internal/ministack"
	"github.com/yoriai/yoriai/localstack/internal/model"
	"github.com/yoriai/yoriai/localstack/internal/ports"
	"github.com/yoriai/yoriai/localstack/internal/process"
	"github.com/yoriai/yoriai/localstack/internal/redis"
	"github.com/yoriai/yoriai/localstack/internal/steps"
	"github.com/yoriai/yoriai/localstack/internal/stripe"
	"github.com/yoriai/yoriai/localstack/internal/web"
)

// plan is all that is done from nothing to ready: built, installed and started side by side where one does not need the
// other.
func (c *cloud) plan() []steps.Step {
	plan := []steps.Step{
		{Name: "postgres", Run: c.startPart(c.postgresPart())},
		{Name: "redis", Run: c.startPart(c.redisPart())},
		c.awsStep(),
		{Name: "model", Run: c.startModel},
		{Name: "cdk-cli", Run: product(c.builder.CDK)},
		{Name: "functions", Heavy: true, Run: c.buildFunctions},
		{Name: "stacks", Heavy: true, Run: c.buildStacks},
		{Name: "gateway-build", Heavy: true, Run: product(c.builder.Gateway)},
		{Name: "gateway", After: []string{"gateway-build", "model"}, Run: c.startPart(c.gatewayPart())},
		{Name: "deploy", After: []string{"postgres", "aws", "cdk-cli", "functions", "stacks"}, Run: c.deploy},
		{Name: "frontdoor", After: []string{"deploy"}, Run: c.startFrontDoor},
		{Name: "stripe-tool", Heavy: true, Run: product(c.builder.StripeSetup)},
		{Name: "stripe", Run: c.startStripe},
		{Name: "stripe-setup", After: []string{"stripe-tool", "stripe", "deploy"}, Run: c.setUpStripe},
	}
	if !c.builder.HasWeb() {
		return append(plan, steps.Step{Name: "web", Run: func(context.Context, *os.File) (string, error) {
			return "skipped: this checkout has no web application yet", nil
		}})
	}
	return append(plan,
		steps.Step{Name: "web-packages", Run: product(c.builder.WebPackages)},
		steps.Step{Name: "web-build", Heavy: true, After: []string{"web-packages"}, Run: product(c.builder.Web)},
		steps.Step{Name: "web", After: []string{"web-build", "deploy"}, Run: c.startPart(c.webPart())},
	)
}

// product makes a step of a build.
func product(make func(context.Context, *os.File) (build.Result, error)) func(context.Context, *os.File) (string, error) {
	return func(ctx context.Context, log *os.File) (string, error) {
		result, err := make(ctx, log)
		return result.String(), err
	}
}

// startPart makes a step of a part.
func (c *cloud) startPart(p *part) func(context.Context, *os.File) (string, error) {
	return func(ctx context.Context, _ *os.File) (string, error) {
		if err := c.supervisor.run(ctx, p); err != nil {
			return "", err
		}
		return ports.Address(p.port), nil
	}
}

func (c *cloud) postgresPart() *part {
	server := c.settings.postgres()
	return &part{name: "postgres", port: server.Port, log: server.Log, start: server.Start}
}

func (c *cloud) redisPart() *part {
	log, port := c.settings.Layout.Log("redis"), c.settings.Ports.Redis
	// Redis holds hints and counters only.
	return &part{name: "redis", port: port, log: log, restart: true, start: func(ctx context.Context) (*process.Process, error) {
		return redis.Start(ctx, port, log)
	}}
}

func (c *cloud) startStripe(ctx context.Context, log *os.File) (string, error) {
	if c.settings.stripeURL() == "" {
		return "the real one's test mode, by your key", nil
	}
	port, name := c.settings.Ports.Stripe, c.settings.Layout.Log("stripe")
	return c.startPart(&part{name: "stripe", port: port, log: name, restart: true, start: func(ctx context.Context) (*process.Process, error) {
		return stripe.Start(ctx, port, c.settings.stripeState(), name)
	}})(ctx, log)
}

// setUpStripe makes products, prices and the webhook, and writes the keys into the stage's secret: as for any other stage.
func (c *cloud) setUpStripe(ctx context.Context, log *os.File) (string, error) {
	key := c.settings.key("STRIPE_SECRET_KEY")
	if key == "" {
		key = stripe.Key
	}
	cmd := exec.CommandContext(ctx, c.settings.Layout.Path("dist", "tools", "stripesetup"), "-stage", deploy.Stage, "-origin", c.settings.Address()) //nolint:gosec // A program we built.
	cmd.Env = append(os.Environ(), append(ministack.Credentials(), "AWS_ENDPOINT_URL="+c.settings.aws(), "STRIPE_SECRET_KEY="+key, "STRIPE_URL="+c.settings.stripeURL(),
		"STRIPE_WEBHOOK_SECRET="+c.settings.key("STRIPE_WEBHOOK_SECRET"))...)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("set up Stripe: %w", err)
	}
	return "ready", nil
}

// awsStep starts MiniStack, or looks for the LocalStack that the user runs.
func (c *cloud) awsStep() steps.Step {
	if endpoint := c.settings.OwnAWS; endpoint != "" {
		return steps.Step{Name: "aws", Run: func(ctx context.Context, _ *os.File) (string, error) {
			if err := ministack.Answers(ctx, endpoint); err != nil {
				return "", fmt.Errorf("no LocalStack answers at %s (start it: docker compose -f localstack/compose.yaml up -d): %w", endpoint, err)
			}
			return "yours at " + endpoint, nil
		}}
	}
	server := c.settings.ministack()
	return steps.Step{Name: "aws", Run: func(ctx context.Context, log *os.File) (string, error) {
		if err := ministack.Install(ctx, c.settings.Layout, log); err != nil {
			return "", err
		}
		return c.startPart(&part{name: "ministack", port: server.Port, log: server.Log, start: server.Start})(ctx, log)
	}}
}

func (c *cloud) modelServer() model.Server {
	return model.Server{Layout: c.settings.Layout, Port: c.settings.Ports.Model, Log: c.settings.Layout.Log("model")}
}

func (c *cloud) startModel(ctx context.Context, log *os.File) (string, error) {
	if err := model.Install(ctx, c.settings.Layout, log); err != nil {
		return "", err
	}
	server := c.modelServer()
	return c.startPart(&part{name: "model", port: server.Port, log: server.Log, restart: true, start: server.Start})(ctx, log)
}

func (c *cloud) gateway() gateway.Gateway {
	return gateway.Gateway{
		Program: c.builder.GatewayProgram(), Dir: c.settings.Layout.Path("llm-gateway"),
		RESTPort: c.settings.Ports.GatewayREST, GRPCPort: c.settings.Ports.GatewayGRPC,
		Log: c.settings.Layout.Log("gateway"), Model: c.modelServer().URL(),
		Keys: c.settings.Keys, Scripted: c.settings.Scripted,
	}
}

func (c *cloud) gatewayPart() *part {
	g := c.gateway()
	return &part{name: "gateway", port: g.RESTPort, log: g.Log, restart: true, start: g.Start}
}

func (c *cloud) webPart() *part {
	server := web.Server{
		Built: c.settings.Layout.Path("web", ".next", "standalone"), Dir: c.settings.Layout.State("run", "web"),
		Port: c.settings.Ports.Next, Log: c.settings.Layout.Log("web"),
		PublicHost: c.settings.publicHost(), BuiltHost: build.BuiltHost,
		API: ports.URL(c.settings.Ports.Web) + "/api",
	}
	return &part{name: "web", port: server.Port, log: server.Log, restart: true, start: func(ctx context.Context) (*process.Process, error) {
		server.OriginSecret = c.secret // known once everything is deployed
		return server.Start(ctx)
	}}
}

func (c *cloud) buildFunctions(ctx context.Context, log *os.File) (string, error) {
	result, err := c.builder.Functions(ctx, log, c.settings.target())
	c.functions = result
	return result.String(), err
}

func (c *cloud) buildStacks(ctx context.Context, log *os.File) (string, error) {
	result, err := c.builder.Stacks(ctx, log)
	c.stacks = result
	return result.String(), err
}

// deploy puts the app into the local AWS. Migrating is a part of the deployment, as on AWS.
func (c *cloud) deploy(ctx context.Context, log *os.File) (string, error) {
	deployment := deploy.Deployment{
		Layout: c.settings.Layout, CDK: c.builder.CDKProgram(), Keys: c.settings.Layout.Path("dist", "tools", "keys"),
		Endpoint: c.settings.aws(), Environ: c.settings.deployEnviron(),
		Made: []string{c.functions.Hash, c.stacks.Hash},
	}
	outputs, deployed, err := deployment.Ensure(ctx, log)
	if err != nil {
		return "", err
	}
	c.outputs = outputs
	if c.secret, err = deployment.OriginSecret(ctx); err != nil {
		return "", err
	}
	if !deployed {
		return "unchanged", nil
	}
	if server := c.supervisor.process("ministack"); server != nil {
		// So that not even a crash in this first session costs a deployment.
		if err := server.Signal(syscall.SIGUSR1); err != nil {
			return "", err
		}
	}
	return "deployed and migrated", nil
}
