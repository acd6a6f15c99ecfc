package contract

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Queue is a queue and the two functions that empty it and its dead-letter queue.
type Queue struct {
	Name string
	// Function works on the messages; Dead on those that it failed on, or nobody but people, if nil.
	Function Function
	Dead     *Function
	Batch    int
	// Visibility is how long a received message stays hidden, in seconds.
	Visibility int
	// Receives is how often a message is tried before it is dead.
	Receives int
	// Concurrency names the stage's number of batches at once.
	Concurrency string
	// Late is when the oldest message has waited too long, in seconds.
	Late int
	// Loops: the function sends to its own queue on purpose.
	Loops bool
	// Healed: what is lost is sent again by somebody else, so that only what failed for good rings.
	Healed bool
}

// DeadSuffix makes a dead-letter queue's name, and that of its function, from the queue's.
const DeadSuffix = "-dead"

// URLVariable is the environment variable that holds a queue's address.
func URLVariable(queue string) string {
	return "QUEUE_URL_" + strings.ToUpper(strings.ReplaceAll(queue, "-", "_"))
}

// Schedule is a function that is called at its times.
type Schedule struct {
	Expression string
	Function   Function
}

// Job is a state machine and the function that its steps call.
type Job struct {
	Name, Summary string
	Function      Function
}

type workers struct {
	Jobs map[string]struct {
		Summary string
		Worker  lambda
	}
	Queues map[string]struct {
		Summary     string
		Batch       int
		Visibility  int
		Receives    int
		Concurrency string
		Late        int
		Loops       bool
		Healed      bool
		Worker      lambda
		Dead        *lambda
	}
	Schedules map[string]struct {
		Summary    string
		Expression string
		Worker     lambda
	}
	Deploy map[string]struct {
		Summary string
		Worker  lambda
	}
}

func (c *Contract) readWorkers(file string) error {
	var doc workers
	if err := readStrict(file, &doc); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(doc.Queues)) {
		q := doc.Queues[name]
		queue := Queue{
			Name: name, Function: q.Worker.function(QueueConsumer, name),
			Batch: q.Batch, Visibility: q.Visibility, Receives: q.Receives, Concurrency: q.Concurrency, Late: q.Late, Loops: q.Loops, Healed: q.Healed,
		}
		if q.Dead != nil {
			dead := q.Dead.function(QueueConsumer, name+DeadSuffix)
			queue.Dead = &dead
		}
		c.Queues = append(c.Queues, queue)
	}
	for _, name := range slices.Sorted(maps.Keys(doc.Schedules)) {
		s := doc.Schedules[name]
		c.Schedules = append(c.Schedules, Schedule{Expression: s.Expression, Function: s.Worker.function(Scheduled, name)})
	}
	for _, name := range slices.Sorted(maps.Keys(doc.Jobs)) {
		c.Jobs = append(c.Jobs, Job{Name: name, Summary: doc.Jobs[name].Summary, Function: doc.Jobs[name].Worker.function(JobStep, name)})
	}
	for _, name := range slices.Sorted(maps.Keys(doc.Deploy)) {
		c.Tasks = append(c.Tasks, doc.Deploy[name].Worker.function(Deploy, name))
	}
	return nil
}

var queueName = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

// Validate returns an error if SQS would refuse the queue, or its messages could come twice while they are worked on.
func (q Queue) Validate() error {
	switch {
	case !queueName.MatchString(q.Name):
		return fmt.Errorf("queue %s: a name is lower-case words with hyphens between", q.Name)
	case slices.Contains(known, Need(q.Name)):
		return fmt.Errorf("queue %s: there is a need of this name", q.Name)
	case q.Batch < 1 || q.Batch > 10:
		return fmt.Errorf("queue %s: batch %d is outside 1–10", q.Name, q.Batch)
	case q.Visibility < q.Function.Timeout || q.Visibility > 43_200:
		return fmt.Errorf("queue %s: visibility %d s is outside %d (its function's timeout)–43200", q.Name, q.Visibility, q.Function.Timeout)
	case q.Receives < 1 || q.Receives > 1000:
		return fmt.Errorf("queue %s: receives %d is outside 1–1000", q.Name, q.Receives)
	case q.Concurrency == "" || q.Late < 1:
		return fmt.Errorf("queue %s: concurrency or late is missing", q.Name)
	}
	return nil
}

// Task returns the deploy task of this name.
func (c Contract) Task(name string) (Function, error) {
	for _, f := range c.Tasks {
		if f.Name == name {
			return f, nil
		}
	}
	return Function{}, fmt.Errorf("there is no deploy task %q", name)
}
