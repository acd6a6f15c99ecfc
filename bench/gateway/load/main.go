// Command load measures what wrk cannot: an open loop, the time to a stream's first word, thousands of streams at
// once, and gRPC as the functions use it. It prints one JSON object.
//
//	load open    -target URL -body FILE [-header K:V]… -rate 1000 -seconds 10
//	load first   -target URL -body FILE …  -count 500
//	load streams -target URL -body FILE …  -count 2000
//	load grpc    -target host:port -clients 1 -seconds 5
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"math"
	"os"
	"sort"
	"strings"
	"time"
)

// options are the flags that all modes share.
type options struct {
	target  string
	body    []byte
	headers headers
	rate    int
	seconds int
	count   int
	clients int
}

type headers []string

func (h *headers) String() string     { return strings.Join(*h, ",") }
func (h *headers) Set(v string) error { *h = append(*h, v); return nil }

func main() {
	if len(os.Args) < 2 {
		log.Fatal("open, first, streams or grpc")
	}
	flags := flag.NewFlagSet(os.Args[1], flag.ExitOnError)
	var o options
	file := flags.String("body", "", "a file with the request's body")
	flags.StringVar(&o.target, "target", "", "what to ask")
	flags.Var(&o.headers, "header", "a header, K:V")
	flags.IntVar(&o.rate, "rate", 1000, "requests a second")
	flags.IntVar(&o.seconds, "seconds", 5, "how long")
	flags.IntVar(&o.count, "count", 500, "how many")
	flags.IntVar(&o.clients, "clients", 1, "how many at once")
	if err := flags.Parse(os.Args[2:]); err != nil {
		log.Fatal(err)
	}
	if *file != "" {
		body, err := os.ReadFile(*file)
		if err != nil {
			log.Fatal(err)
		}
		o.body = body
	}
	modes := map[string]func(options) (map[string]any, error){
		"open": open, "first": first, "streams": streams, "grpc": overGRPC,
	}
	mode, ok := modes[os.Args[1]]
	if !ok {
		log.Fatalf("no mode %q", os.Args[1])
	}
	result, err := mode(o)
	if err != nil {
		log.Fatal(err)
	}
	out, err := json.Marshal(result)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(string(out))
}

// percentile is in milliseconds.
func percentile(times []time.Duration, p float64) float64 {
	if len(times) == 0 {
		return math.NaN()
	}
	sort.Slice(times, func(i, j int) bool { return times[i] < times[j] })
	at := int(p / 100 * float64(len(times)-1))
	return float64(times[at].Nanoseconds()) / 1e6
}
