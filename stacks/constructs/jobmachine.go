package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctionstasks"
	"github.com/aws/constructs-go/constructs/v10"

	"github.com/yoriai/yoriai/stacks/contract"
)

// NewJobMachine makes the state machine of a kind of job. All of its steps call one function, which tells the next: the job's row
// decides, and the machine shows it.
func NewJobMachine(h *Host, j contract.Job) {
	scope := Group(h.Stack, j.Name)
	m := machine{scope: scope, function: NewFunction(scope, h, j.Function, FunctionProps{}), next: awsstepfunctions.NewChoice(scope, Str("What next?"), nil)}
	prepare, work, finish, cleanUp := m.step("Prepare", "prepare"), m.step("Work", "work"), m.step("Finish", "finish"), m.step("Clean up", "clean_up")
	for _, s := range []awsstepfunctionstasks.LambdaInvoke{prepare, work, finish} {
		s.AddCatch(cleanUp, &awsstepfunctions.CatchProps{Errors: Strs("States.ALL"), ResultPath: Str("$.error")})
	}
	for _, s := range []awsstepfunctionstasks.LambdaInvoke{prepare, work, finish, cleanUp} {
		s.Next(m.next)
	}
	failed := awsstepfunctions.NewFail(scope, Str("Failed"), &awsstepfunctions.FailProps{Error: Str("JobFailed"), Cause: Str("The job's row says why; what it had made is removed.")})
	m.when("work", work)
	m.when("finish", finish)
	m.when("clean_up", cleanUp)
	m.when("done", awsstepfunctions.NewSucceed(scope, Str("Done"), nil))
	m.when("cancelled", awsstepfunctions.NewSucceed(scope, Str("Cancelled"), nil))
	m.next.Otherwise(failed)
	awsstepfunctions.NewStateMachine(scope, Str("Machine"), &awsstepfunctions.StateMachineProps{
		StateMachineName: Str(h.Stage.Resource(j.Name)),
		Comment:          Str(j.Summary),
		DefinitionBody:   awsstepfunctions.DefinitionBody_FromChainable(prepare),
		TracingEnabled:   Yes(),
		Timeout:          awscdk.Duration_Hours(Num(24)),
	})
}

type machine struct {
	scope    constructs.Construct
	function awslambda.IFunction
	next     awsstepfunctions.Choice
}

// step is a task that calls the function with a step's name, and hands on what it answers.
func (m machine) step(title, name string) awsstepfunctionstasks.LambdaInvoke {
	round := any(awsstepfunctions.JsonPath_NumberAt(Str("$.round")))
	// What failed first has counted nothing yet.
	if name == "prepare" || name == "clean_up" {
		round = 0
	}
	task := awsstepfunctionstasks.NewLambdaInvoke(m.scope, Str(title), &awsstepfunctionstasks.LambdaInvokeProps{
		LambdaFunction: m.function,
		Payload: awsstepfunctions.TaskInput_FromObject(&map[string]any{
			"job_id": awsstepfunctions.JsonPath_StringAt(Str("$.job_id")), "step": name, "round": round,
		}),
		OutputPath:               Str("$.Payload"),
		RetryOnServiceExceptions: No(),
	})
	// Whatever went wrong may pass: each step can be done twice.
	task.AddRetry(&awsstepfunctions.RetryProps{Errors: Strs("States.ALL"), Interval: Seconds(2), MaxAttempts: Num(4), BackoffRate: Num(3), JitterStrategy: awsstepfunctions.JitterType_FULL})
	return task
}

func (m machine) when(step string, to awsstepfunctions.IChainable) {
	m.next.When(awsstepfunctions.Condition_StringEquals(Str("$.step"), Str(step)), to, nil)
}
