package http

import (
	"context"
	"log/slog"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/ratelimit"
	"github.com/yoriai/yoriai/shared/domain/user"
)

// two admits the tokens good (Ann's) and other (Ben's).
type two struct{ ben user.Caller }

func (v two) Verify(ctx context.Context, token string) (user.Caller, error) {
	if token == "other" {
		return v.ben, nil
	}
	return tokens{}.Verify(ctx, token)
}

// limited serves what takes a token of the class, and of those that it spends besides.
func limited(t *testing.T, l Limits, class string, path string, spends ...string) *Server {
	t.Helper()
	h, err := Limited(l, class, func(r *Request) error {
		for _, other := range spends {
			if err := r.Spend(other); err != nil {
				return err
			}
		}
		return ok(r)
	})
	if err != nil {
		t.Fatal(err)
	}
	s := New(Config{PublicOrigin: origin, Auth: ByDenials(two{user.Caller{UserID: id.New(), SessionID: id.New()}}, denials{}), Log: slog.New(slog.DiscardHandler)})
	s.Handle("POST", path, false, h)
	return s
}

// until calls as often as it is let, and tells how often that was.
func until(s *Server, path, token string, most int) (n int) {
	for n < most && call(s, "POST", path, "", "Authorization", "Bearer "+token).Code == 204 {
		n++
	}
	return n
}

// The numbers of the classes, as people meet them.
func TestEachClassHasItsNumber(t *testing.T) {
	t.Parallel()
	for class, want := range map[string]struct {
		burst int
		wait  time.Duration
	}{
		"send": {60, 10 * time.Second / 30}, "ask": {20, 3 * time.Second}, "invite": {60, time.Minute}, "search": {60, time.Second}, "preview": {60, time.Second},
		"write": {120, 250 * time.Millisecond}, "read": {600, 50 * time.Millisecond}, "ticket": {120, time.Second},
	} {
		now := time.Unix(1_000_000, 0)
		s := limited(t, Limits{Limiter: ratelimit.NewLocal(func() time.Time { return now })}, class, "/x")
		if got := until(s, "/x", "good", 1000); got != want.burst {
			t.Errorf("%s: %d at once, want %d", class, got, want.burst)
		}
		w := call(s, "POST", "/x", "", "Authorization", "Bearer good")
		wantProblem(t, w, 429, fault.RateLimited)
		if got := w.Header().Get("Retry-After"); got != strconv.Itoa(int(math.Ceil(want.wait.Seconds()))) {
			t.Errorf("%s: Retry-After %q", class, got)
		}
		now = now.Add(want.wait - time.Microsecond)
		if got := until(s, "/x", "good", 1); got != 0 {
			t.Errorf("%s: let in too early", class)
		}
		now = now.Add(time.Microsecond)
		if got := until(s, "/x", "good", 2); got != 1 {
			t.Errorf("%s: %d after the wait", class, got)
		}
	}
	if _, err := Limited(Limits{}, "luck", ok); err == nil {
		t.Error("there is a limit of luck")
	}
}

func TestOnePersonsCallsAreLimitedAndNobodyElses(t *testing.T) {
	t.Parallel()
	s := limited(t, Limits{Limiter: ratelimit.NewLocal(time.Now)}, "ask", "/x")
	// Who is not let in costs nobody anything.
	if got := until(s, "/x", "bad", 1000); got != 0 {
		t.Fatal(got)
	}
	if got := until(s, "/x", "good", 1000); got < 20 {
		t.Fatal(got)
	}
	if got := until(s, "/x", "other", 5); got != 5 {
		t.Errorf("another person: %d", got)
	}
}

// One lively room keeps nobody from another.
func TestSendingIsCountedForEachRoom(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_000_000, 0)
	s := limited(t, Limits{Limiter: ratelimit.NewLocal(func() time.Time { return now })}, "send", "/rooms/:roomId/messages")
	one := id.New().String()
	for room, want := range map[string]int{one: 60, id.New().String(): 60} {
		if got := until(s, "/rooms/"+room+"/messages", "good", 1000); got != want {
			t.Errorf("%s: %d", room, got)
		}
	}
	// Another spelling is no other room.
	if got := until(s, "/rooms/"+strings.ToUpper(one)+"/messages", "good", 1000); got != 0 {
		t.Errorf("in capitals: %d", got)
	}
	// What is no room is one place, and all places together have an end.
	nowhere := 0
	for range 10 {
		nowhere += until(s, "/rooms/x"+id.New().String()+"/messages", "good", 1000)
	}
	anywhere := 120 + nowhere
	for range 10 {
		anywhere += until(s, "/rooms/"+id.New().String()+"/messages", "good", 1000)
	}
	if nowhere != 60 || anywhere != 240 {
		t.Errorf("%d nowhere, %d anywhere", nowhere, anywhere)
	}
}

// A send that asks the AI is a question, too.
func TestOneCallMayTakeOfTwoClasses(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_000_000, 0)
	l := Limits{Limiter: ratelimit.NewLocal(func() time.Time { return now })}
	asking, sending := limited(t, l, "send", "/rooms/:roomId/ask", "ask"), limited(t, l, "send", "/rooms/:roomId/say")
	if got := until(asking, "/rooms/a/ask", "good", 1000); got != 20 {
		t.Errorf("%d questions", got)
	}
	if got := until(sending, "/rooms/a/say", "good", 1000); got != 39 {
		t.Errorf("%d sends were left after 21", got)
	}
}

// A stage without strangers is as good as unlimited.
func TestAGenerousStage(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_000_000, 0)
	s := limited(t, Limits{Limiter: ratelimit.NewLocal(func() time.Time { return now }), Factor: 10}, "send", "/rooms/:roomId/messages")
	if got := until(s, "/rooms/a/messages", "good", 1000); got != 600 {
		t.Error(got)
	}
}
