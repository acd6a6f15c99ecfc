// Package stacks holds Yoriai's stacks, a file each.
package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"

	"github.com/yoriai/yoriai/stacks/constructs"
	"github.com/yoriai/yoriai/stacks/stage"
)

// newStack makes an empty stack of the stage. Stacks with data in a protected
// stage cannot be deleted by accident.
func newStack(app awscdk.App, s stage.Stage, name, description string, stateful bool) awscdk.Stack {
	env := &awscdk.Environment{Region: constructs.Str(s.Region)}
	if s.Account != "" {
		env.Account = constructs.Str(s.Account)
	}
	protected := stateful && s.Protected
	return awscdk.NewStack(app, constructs.Str(name), &awscdk.StackProps{
		StackName:             constructs.Str(s.Resource(name)),
		Description:           constructs.Str("Yoriai " + string(s.Name) + ": " + description),
		Env:                   env,
		TerminationProtection: &protected,
		Tags:                  &map[string]*string{"app": constructs.Str("yoriai"), "stage": constructs.Str(string(s.Name))},
	})
}

// keep is what becomes of data when its stack goes. What a first deployment
// made before it failed is empty, and would be in the way of the second.
func keep(s stage.Stage) awscdk.RemovalPolicy {
	if s.Protected {
		return awscdk.RemovalPolicy_RETAIN_ON_UPDATE_OR_DELETE
	}
	return awscdk.RemovalPolicy_DESTROY
}

// After says that the first stack is deployed after the others. Nil: the stage
// does not have that stack.
func After(stack awscdk.Stack, others ...awscdk.Stack) awscdk.Stack {
	for _, other := range others {
		if other != nil {
			stack.AddDependency(other, nil)
		}
	}
	return stack
}
