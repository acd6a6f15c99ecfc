package frontdoor

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
	"time"
)

// FaultsPath is where faults are switched on (POST), listed (GET) and off (DELETE), for tests of what people see in trouble.
const FaultsPath = "/_local/faults"

// faultHeader must be on every change: a page of another site cannot set it.
const faultHeader = "X-Yoriai-Local"

// A Fault makes an operation of the API answer with trouble instead of reaching its function.
type Fault struct {
	// Method is empty for every one.
	Method string `json:"method,omitempty"`
	// Path is the operation's, without the stage; a * stands for one part: /rooms/*/messages.
	Path string `json:"path"`
	// Status of the answer; 0 lets the request through after the delay.
	Status int `json:"status,omitempty"`
	// Code of the problem; empty gives API Gateway's bare answer.
	Code string `json:"code,omitempty"`
	// RetryAfter is in seconds; 0 sends none.
	RetryAfter int `json:"retry_after,omitempty"`
	// DelayMS is how long the answer is held back.
	DelayMS int `json:"delay_ms,omitempty"`
	// Times is after how many requests it ends by itself; 0 means never.
	Times int `json:"times,omitempty"`
}

// validate tells what a fault lacks.
func (f Fault) validate() error {
	switch {
	case !strings.HasPrefix(f.Path, "/"):
		return errors.New("path must begin with /")
	case f.Status != 0 && (f.Status < 400 || f.Status > 599):
		return errors.New("status must be 0 or between 400 and 599")
	case f.DelayMS < 0 || f.Times < 0 || f.RetryAfter < 0:
		return errors.New("delay_ms, times and retry_after must not be negative")
	case f.Status == 0 && f.DelayMS == 0:
		return errors.New("say a status, a delay_ms, or both")
	}
	if _, err := path.Match(f.Path, ""); err != nil {
		return fmt.Errorf("path: %w", err)
	}
	return nil
}

// faults are those switched on, the newest first.
type faults struct {
	mu sync.Mutex
	on []*Fault
}

// before answers for an operation that has a fault.
func (f *faults) before(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fault, found := f.of(r)
		if !found {
			next.ServeHTTP(w, r)
			return
		}
		select {
		case <-r.Context().Done():
			return
		case <-time.After(time.Duration(fault.DelayMS) * time.Millisecond):
		}
		if fault.Status == 0 {
			next.ServeHTTP(w, r)
			return
		}
		fault.answer(w)
	})
}

// of finds the fault of a request and counts it.
func (f *faults) of(r *http.Request) (Fault, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, fault := range f.on {
		matched, _ := path.Match(fault.Path, strings.TrimPrefix(r.URL.Path, "/"+httpStage))
		if !matched || fault.Method != "" && fault.Method != r.Method {
			continue
		}
		found := *fault
		if fault.Times--; fault.Times == 0 {
			f.on = append(f.on[:i], f.on[i+1:]...)
		} else if fault.Times < 0 {
			fault.Times = 0
		}
		return found, true
	}
	return Fault{}, false
}

func (f Fault) answer(w http.ResponseWriter) {
	if f.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(f.RetryAfter))
	}
	if f.Code == "" {
		bare(w, f.Status, http.StatusText(f.Status))
		return
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(f.Status)
	_ = json.NewEncoder(w).Encode(map[string]any{
		"type": "about:blank", "title": http.StatusText(f.Status), "status": f.Status, "code": f.Code,
		"detail": "A fault that was switched on at " + FaultsPath + ".", "request_id": "fault",
	})
}

// ServeHTTP switches faults on and off.
func (f *faults) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Header.Get(faultHeader) == "" {
		bare(w, http.StatusForbidden, "Send the header "+faultHeader+".")
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	switch r.Method {
	case http.MethodGet:
	case http.MethodDelete:
		f.on = nil
	case http.MethodPost:
		var fault Fault
		decoder := json.NewDecoder(io.LimitReader(r.Body, 64<<10))
		decoder.DisallowUnknownFields()
		err := decoder.Decode(&fault)
		if err == nil {
			err = fault.validate()
		}
		if err != nil {
			bare(w, http.StatusBadRequest, err.Error())
			return
		}
		f.on = append([]*Fault{&fault}, f.on...)
	default:
		bare(w, http.StatusMethodNotAllowed, "GET, POST or DELETE")
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(append([]*Fault{}, f.on...))
}
