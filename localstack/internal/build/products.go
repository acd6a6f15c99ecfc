package build

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Target is the platform that functions are built for.
type Target struct {
	OS, Arch string
	// Dist is the folder below the checkout that takes them: <Dist>/functions/<kind>/<name>/bootstrap.
	Dist string
}

// AWS is the platform of the stages on AWS.
var AWS = Target{OS: "linux", Arch: "arm64", Dist: filepath.Join("dist", "aws")}

// kinds are the folders of functions/ that hold functions.
var kinds = []string{"http", "websocket", "queue", "schedule", "job", "deploy"}

// functionTags leave out of each function what it never uses: Lambda's old way of being called, and gRPC's pages for
// browsers, whose templates call methods by name, so that the linker must keep every method of everything (14 MB).
const functionTags = "lambda.norpc,grpcnotrace"

// flags are the compiler's for a platform. What is deployed to AWS is the same from every machine. What stays here is not cut
// loose from its folder, so that it shares all compiled packages with the tests.
func (t Target) flags() []string {
	flags := []string{"-tags", functionTags, "-ldflags", "-s -w -buildid="}
	if t == AWS {
		flags = append(flags, "-trimpath")
	}
	return flags
}

// Functions builds every Lambda in one call of the compiler, reproducibly: an unchanged function gives an unchanged
// program, and is not deployed again.
func (b Builder) Functions(ctx context.Context, log *os.File, target Target) (Result, error) {
	dist := b.Layout.Path(target.Dist)
	return b.ensure(ctx, log, product{
		name:    "functions-" + target.OS + "-" + target.Arch,
		inputs:  []string{"functions", "shared", "migrations", "go.work", filepath.Join("llm-gateway", "proto")},
		words:   append([]string{target.OS, target.Arch, target.Dist}, target.flags()...),
		results: []string{filepath.Join(dist, "functions")},
		make: func(ctx context.Context, log io.Writer) error {
			programs := filepath.Join(dist, "bin")
			// The folder is emptied: a function that was renamed must not stay behind.
			if err := errors.Join(os.RemoveAll(programs), os.MkdirAll(programs, 0o750)); err != nil {
				return fmt.Errorf("make %s: %w", programs, err)
			}
			env := []string{"CGO_ENABLED=0", "GOOS=" + target.OS, "GOARCH=" + target.Arch}
			command := append([]string{"go", "build"}, target.flags()...)
			command = append(command, "-o", programs+string(filepath.Separator), "./...")
			if err := b.run(ctx, log, "functions", env, command...); err != nil {
				return err
			}
			return b.layOut(programs, filepath.Join(dist, "functions"))
		},
	})
}

// layOut gives each program the folder and the name that a Lambda package needs.
func (b Builder) layOut(programs, functions string) error {
	if err := os.RemoveAll(functions); err != nil {
		return fmt.Errorf("empty %s: %w", functions, err)
	}
	for _, kind := range kinds {
		folders, err := filepath.Glob(b.Layout.Path("functions", kind, "*", "main.go"))
		if err != nil {
			return fmt.Errorf("list the functions: %w", err)
		}
		for _, main := range folders {
			name := filepath.Base(filepath.Dir(main))
			if err := link(filepath.Join(programs, name), filepath.Join(functions, kind, name, "bootstrap")); err != nil {
				return err
			}
		}
	}
	return nil
}

// Stacks builds the CDK app and the program that makes a stage's keys. Outside the workspace, so that the CDK bindings
// (a minute to compile) are not compiled again when another module moves a dependency they share.
func (b Builder) Stacks(ctx context.Context, log *os.File) (Result, error) {
	app, keys := b.Layout.Path("dist", "cdk", "yoriai"), b.Layout.Path("dist", "tools", "keys")
	return b.ensure(ctx, log, product{
		name:    "stacks",
		inputs:  []string{"stacks"},
		results: []string{app, keys},
		make: func(ctx context.Context, log io.Writer) error {
			outside := []string{"GOWORK=off"}
			return errors.Join(
				b.run(ctx, log, "stacks", outside, "go", "build", "-o", app, "./cmd/yoriai"),
				b.run(ctx, log, "stacks", outside, "go", "build", "-o", keys, "./cmd/keys"))
		},
	})
}

// StripeSetup builds the program that sets up a stage's Stripe account.
func (b Builder) StripeSetup(ctx context.Context, log *os.File) (Result, error) {
	program := b.Layout.Path("dist", "tools", "stripesetup")
	return b.ensure(ctx, log, product{
		name: "stripesetup", inputs: []string{"shared", "go.work"}, results: []string{program},
		make: func(ctx context.Context, log io.Writer) error {
			return b.run(ctx, log, "shared", nil, "go", "build", "-o", program, "./cmd/stripesetup")
		},
	})
}

// Gateway builds the LLM gateway with the profile of its tests: four minutes sooner than the release that the image and the
// benchmarks get, and its dependencies are compiled once for both.
func (b Builder) Gateway(ctx context.Context, log *os.File) (Result, error) {
	return b.ensure(ctx, log, product{
		name:    "gateway",
		inputs:  []string{"llm-gateway"},
		results: []string{b.GatewayProgram()},
		make: func(ctx context.Context, log io.Writer) error {
			return b.run(ctx, log, "llm-gateway", nil, "cargo", "build", "--locked", "--bin", "llm-gateway")
		},
	})
}

// GatewayProgram is where the gateway is when it is built.
func (b Builder) GatewayProgram() string {
	return b.Layout.Path("llm-gateway", "target", "debug", "llm-gateway")
}

// CDK installs the CDK's command line.
func (b Builder) CDK(ctx context.Context, log *os.File) (Result, error) {
	dir := b.Layout.Tool("cdk")
	return b.ensure(ctx, log, product{
		name:    "cdk",
		inputs:  []string{filepath.Join("localstack", "cdk")},
		results: []string{b.CDKProgram()},
		make: func(ctx context.Context, log io.Writer) error {
			if err := os.MkdirAll(dir, 0o750); err != nil {
				return fmt.Errorf("make %s: %w", dir, err)
			}
			for _, name := range []string{"package.json", "package-lock.json"} {
				content, err := os.ReadFile(b.Layout.Path("localstack", "cdk", name))
				if err != nil {
					return fmt.Errorf("read the CDK's %s: %w", name, err)
				}
				if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil { //nolint:gosec // Names of ours.
					return fmt.Errorf("write the CDK's %s: %w", name, err)
				}
			}
			return b.run(ctx, log, filepath.Join(".tools", "cdk"), nil, "npm", "ci", "--no-audit", "--no-fund", "--loglevel=error")
		},
	})
}

// CDKProgram is the CDK's command line.
func (b Builder) CDKProgram() string {
	return b.Layout.Tool("cdk", "node_modules", ".bin", "cdk")
}

// WebPackages installs what the web application is built from.
func (b Builder) WebPackages(ctx context.Context, log *os.File) (Result, error) {
	return b.ensure(ctx, log, product{
		name:    "web-packages",
		inputs:  []string{"web/package.json", "web/package-lock.json", "web/.npmrc"},
		results: []string{b.Layout.Path("web", "node_modules", ".bin", "next")},
		make: func(ctx context.Context, log io.Writer) error {
			return b.run(ctx, log, "web", nil, "npm", "ci", "--no-audit", "--no-fund", "--loglevel=error")
		},
	})
}

// Web builds the web application as a standalone server.
func (b Builder) Web(ctx context.Context, log *os.File) (Result, error) {
	return b.ensure(ctx, log, product{
		name:    "web",
		inputs:  []string{"web/src", "web/public", "web/messages", "web/scripts", "web/package-lock.json", "web/package.json", "web/next.config.ts", "web/postcss.config.mjs", "web/tsconfig.json"},
		words:   []string{BuiltHost},
		results: []string{b.WebServer()},
		make: func(ctx context.Context, log io.Writer) error {
			env := []string{"NEXT_TELEMETRY_DISABLED=1", "PUBLIC_HOST=" + BuiltHost}
			return b.run(ctx, log, "web", env, "npm", "run", "build")
		},
	})
}

// BuiltHost is the public host that the web application is built for. Next writes it into the server.
const BuiltHost = "localhost:8080"

// HasWeb tells whether the checkout has a web application.
func (b Builder) HasWeb() bool { return b.exists("web", "src", "app") }

// WebServer is the standalone server's entry.
func (b Builder) WebServer() string {
	return b.Layout.Path("web", ".next", "standalone", "server.js")
}
