package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

func client() *http.Client {
	return &http.Client{Transport: &http.Transport{
		MaxIdleConns: 4096, MaxIdleConnsPerHost: 4096, DisableCompression: true,
	}}
}

func (o options) request() (*http.Request, error) {
	request, err := http.NewRequest(http.MethodPost, o.target, bytes.NewReader(o.body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	for _, header := range o.headers {
		name, value, _ := strings.Cut(header, ":")
		request.Header.Set(name, value)
	}
	return request, nil
}

// open sends at a fixed rate whatever comes back, and counts each answer's time from when it was due: a server
// that stalls is charged for everybody who would have waited.
func open(o options) (map[string]any, error) {
	c := client()
	total := o.rate * o.seconds
	times := make([]time.Duration, total)
	var failed atomic.Int64
	var group sync.WaitGroup
	begin := time.Now().Add(100 * time.Millisecond)
	for n := range total {
		due := begin.Add(time.Duration(n) * time.Second / time.Duration(o.rate))
		time.Sleep(time.Until(due))
		group.Add(1)
		go func() {
			defer group.Done()
			if err := ask(c, o); err != nil {
				failed.Add(1)
			}
			times[n] = time.Since(due)
		}()
	}
	group.Wait()
	return map[string]any{
		"p50": percentile(times, 50), "p99": percentile(times, 99), "failed": failed.Load(), "sent": total,
	}, nil
}

func ask(c *http.Client, o options) error {
	request, err := o.request()
	if err != nil {
		return err
	}
	response, err := c.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", response.StatusCode)
	}
	return nil
}

// first asks for streams one after the other: the time from the request to the first word.
func first(o options) (map[string]any, error) {
	c := client()
	var times []time.Duration
	for range o.count {
		began := time.Now()
		_, err := read(c, o, func(sent, arrived time.Time) {
			if began.IsZero() {
				return
			}
			times = append(times, arrived.Sub(began))
			began = time.Time{}
		})
		if err != nil {
			return nil, err
		}
	}
	return map[string]any{"p50": percentile(times, 50), "p99": percentile(times, 99)}, nil
}

// streams opens them all at once, and measures how late each word arrives. A stream that is held up by another
// shows in the worst of them.
func streams(o options) (map[string]any, error) {
	c := client()
	var mutex sync.Mutex
	var times []time.Duration
	var slowest time.Duration
	var failed atomic.Int64
	var group sync.WaitGroup
	for range o.count {
		group.Add(1)
		go func() {
			defer group.Done()
			var own []time.Duration
			var worst time.Duration
			words, err := read(c, o, func(sent, arrived time.Time) {
				late := arrived.Sub(sent)
				own = append(own, late)
				worst = max(worst, late)
			})
			if err != nil || words < 2 {
				failed.Add(1)
			}
			mutex.Lock()
			defer mutex.Unlock()
			times = append(times, own...)
			slowest = max(slowest, worst)
		}()
		time.Sleep(500 * time.Microsecond)
	}
	group.Wait()
	return map[string]any{
		"p50": percentile(times, 50), "p99": percentile(times, 99),
		"worst": float64(slowest.Nanoseconds()) / 1e6, "failed": failed.Load(), "words": len(times),
	}, nil
}

// read reads one stream of either dialect; a word is the time at which the upstream sent it.
func read(c *http.Client, o options, word func(sent, arrived time.Time)) (int, error) {
	request, err := o.request()
	if err != nil {
		return 0, err
	}
	response, err := c.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("status %d", response.StatusCode)
	}
	lines := bufio.NewScanner(response.Body)
	words, ended := 0, false
	for lines.Scan() {
		line := lines.Bytes()
		if nanos, ok := sentAt(line); ok {
			words++
			word(time.Unix(0, nanos), time.Now())
		}
		ended = ended || bytes.Contains(line, []byte("finish_reason\":\"stop"))
	}
	if !ended {
		return words, errors.New("a stream without an end")
	}
	return words, lines.Err()
}

// sentAt finds the word in `"content":"… "` or `"text":"… "`.
func sentAt(line []byte) (int64, bool) {
	for _, key := range []string{`"content":"`, `"text":"`} {
		if _, rest, ok := bytes.Cut(line, []byte(key)); ok {
			digits, _, _ := bytes.Cut(rest, []byte(" "))
			nanos, err := strconv.ParseInt(string(digits), 10, 64)
			return nanos, err == nil
		}
	}
	return 0, false
}
