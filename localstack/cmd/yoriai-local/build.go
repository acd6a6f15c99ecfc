package main

import (
	"context"
	"fmt"
	"os"
	"runtime"

	"github.com/yoriai/yoriai/localstack/internal/build"
	"github.com/yoriai/yoriai/localstack/internal/layout"
	"github.com/yoriai/yoriai/localstack/internal/ministack"
	"github.com/yoriai/yoriai/localstack/internal/model"
)

// buildCommand builds what is named, or all that `make up` needs, if it has changed.
func buildCommand(ctx context.Context, l layout.Layout, products []string) error {
	if len(products) == 0 {
		products = []string{"tools", "functions", "stacks", "gateway", "web"}
	}
	for _, product := range products {
		if err := buildOne(ctx, l, product); err != nil {
			return fmt.Errorf("%s: %w", product, err)
		}
	}
	return nil
}

func buildOne(ctx context.Context, l layout.Layout, product string) error {
	builder := build.Builder{Layout: l}
	show := func(result build.Result, err error) error {
		if err == nil {
			fmt.Printf("%s: %s\n", product, result)
		}
		return err
	}
	switch product {
	case "functions":
		return show(builder.Functions(ctx, os.Stdout, build.Target{OS: runtime.GOOS, Arch: runtime.GOARCH, Dist: "dist"}))
	case "aws":
		return show(builder.Functions(ctx, os.Stdout, build.AWS))
	case "stacks":
		return show(builder.Stacks(ctx, os.Stdout))
	case "gateway":
		return show(builder.Gateway(ctx, os.Stdout))
	case "cdk":
		return show(builder.CDK(ctx, os.Stdout))
	case "web-packages":
		return show(builder.WebPackages(ctx, os.Stdout))
	case "web":
		if !builder.HasWeb() {
			fmt.Println("web: skipped: this checkout has no web application yet")
			return nil
		}
		if err := buildOne(ctx, l, "web-packages"); err != nil {
			return err
		}
		return show(builder.Web(ctx, os.Stdout))
	case "tools":
		if err := ministack.Install(ctx, l, os.Stdout); err != nil {
			return err
		}
		if err := model.Install(ctx, l, os.Stdout); err != nil {
			return err
		}
		return show(builder.CDK(ctx, os.Stdout))
	}
	return fmt.Errorf("is nothing to build")
}
