package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"

	"github.com/yoriai/yoriai/stacks/constructs"
	"github.com/yoriai/yoriai/stacks/contract"
	"github.com/yoriai/yoriai/stacks/stage"
)

// NewRoutes makes the functions and routes of one tag of the HTTP contract. A
// stack holds 500 resources and a route takes six, so a domain has its own.
func NewRoutes(app awscdk.App, s stage.Stage, packages *constructs.Packages, tag string, routes []contract.Route) awscdk.Stack {
	stack := newStack(app, s, tag, "the HTTP operations tagged "+tag, false)
	host := constructs.NewHost(stack, tag, s, packages)
	api := httpAPI(stack, s)
	for _, route := range routes {
		constructs.NewRouteFunction(host, api, route)
	}
	return stack
}
