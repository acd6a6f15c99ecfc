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
	var made []constructs.Route
	for _, route := range routes {
		made = append(made, constructs.NewRouteFunction(host, api, route))
	}
	oneByOne(s, made)
	return stack
}

// oneByOne makes routes wait for each other where the API takes one change at a time: CloudFormation would make all of a
// stack at once, and "Unable to complete operation due to concurrent modification" ends the deployment.
func oneByOne(s stage.Stage, routes []constructs.Route) {
	if !s.API.Busy {
		return
	}
	for i := 1; i < len(routes); i++ {
		routes[i].Node().AddDependency(routes[i-1])
	}
}
