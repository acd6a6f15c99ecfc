package environment

// Kind is what starts a function; it is also its folder under functions/.
type Kind string

// The kinds of functions.
const (
	HTTP      Kind = "http"
	WebSocket Kind = "websocket"
	Queue     Kind = "queue"
	Schedule  Kind = "schedule"
	Deploy    Kind = "deploy"
	Job       Kind = "job"
)

// Need is something that a function must reach.
type Need string

// The needs.
const (
	Postgres     Need = "postgres"
	Redis        Need = "redis"
	Gateway      Need = "gateway"
	Table        Need = "table"
	SigningKey   Need = "signing-key"
	Connections  Need = "connections"
	WebSocketURL Need = "websocket-url"
	Internet     Need = "internet"
	Stripe       Need = "stripe"
	Machines     Need = "machines"
	Exports      Need = "exports"
)

// Function is what the contracts say about one function.
type Function struct {
	Name string
	Kind Kind
	// Method and Path are those of an HTTP operation; Open says that anybody may call it.
	Method, Path string
	Open         bool
	// Limit is the class of the limit on each caller; empty: none.
	Limit string
	// Guarded functions are called from outside: they prove this stage's origin and, unless open, who calls.
	Guarded bool
	Needs   []Need
	// Queues are those that the function sends to, and the one that it empties.
	Queues []string
}

// Lookup is the function of this name in the contracts.
func Lookup(name string) (Function, bool) {
	f, there := functions[name]
	return f, there
}

// Has says whether the function needs something.
func (f Function) Has(need Need) bool {
	for _, n := range f.Needs {
		if n == need {
			return true
		}
	}
	return false
}
