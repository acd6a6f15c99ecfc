package constructs

// What functions do to the realtime table, by name of the action. A function
// that is not here reads and writes items by their keys (tableActions); those
// that are known to do less may only do that.
const (
	get      = "dynamodb:GetItem"
	getMany  = "dynamodb:BatchGetItem"
	query    = "dynamodb:Query"
	put      = "dynamodb:PutItem"
	change   = "dynamodb:UpdateItem"
	drop     = "dynamodb:DeleteItem"
	generous = "" // no function has this name
)

// raising is what everything that writes to Postgres does: it raises `activity`
// before, and memberships, read positions or heads after.
var raising = []string{get, change}

var narrowTable = map[string][]string{
	generous: {get, getMany, query, put, change, drop},

	"connect":              {get, getMany, put, change, drop}, // spends the ticket, asks for a denial, records and lists the connection, removes surplus ones
	"disconnect":           {change, drop},
	"view":                 {get, change, drop}, // a denied session's connection is removed
	"heartbeat":            {get, getMany, change, drop},
	"typing":               {get, getMany, query, change, drop},
	"createRealtimeTicket": {get, put},
	"listModels":           {get},
	"logOut":               {get, getMany, put, change, drop}, // denies the session, closes its sockets
	"refreshSession":       {get, getMany, put, change, drop},

	"listPlans":      {get},
	"createCheckout": {get, put}, // remembers the customer
	"createPortal":   {get, put},
	"payments":       {get, put, change}, // the customer, and that an event is in the books
	"reconcile":      {get, getMany, put},

	"createRoom":      raising,
	"updateRoom":      raising,
	"deleteRoom":      raising,
	"markRead":        raising,
	"sendMessage":     raising,
	"editMessage":     raising,
	"deleteMessage":   raising,
	"regenerateReply": raising,
	"stopReply":       raising,

	"ai-replies":       {get, getMany, query, change, drop}, // watchers, their memberships; a gone connection is removed
	"ai-replies-dead":  raising,
	"ai-watchdog":      raising,
	"ai-watchdog-dead": raising,
	"fan-out":          {get, getMany, change, drop}, // sockets, their denials; a denied or gone one is removed
	"fan-out-dead":     raising,
	"sweep":            raising,
	"nightly":          raising,
}

// filesRight is what a function does to the files of a bucket.
type filesRight struct {
	actions []string
	files   string
}

// narrowExports is what functions do to the files that people take along. A function that is not here does nothing to them.
var narrowExports = map[string][]filesRight{
	"export": {{[]string{"s3:PutObject", "s3:AbortMultipartUpload", "s3:DeleteObject"}, "*"}, {[]string{"s3:GetObject"}, "*/part-*"}},
	"getJob": {{[]string{"s3:GetObject"}, "*/export.zip"}}, // in the name of who follows the link
	"sweep":  {{[]string{"s3:DeleteObject"}, "*"}},
}
