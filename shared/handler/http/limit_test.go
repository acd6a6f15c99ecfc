package http

import (
	"context"
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

func TestOnePersonsCallsAreLimitedAndNobodyElses(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_000_000, 0)
	limiter := ratelimit.NewLocal(func() time.Time { return now })
	rule, err := LimitOf("send", 1)
	if err != nil {
		t.Fatal(err)
	}
	auth := ByDenials(two{user.Caller{UserID: id.New(), SessionID: id.New()}}, denials{})
	s, _ := serve(t, Config{Auth: auth}, Limited(limiter, rule, ok))
	send := func(token string) int {
		t.Helper()
		return call(s, "POST", "/rooms/x", "", "Authorization", "Bearer "+token).Code
	}
	for n := range rule.Burst {
		if got := send("good"); got != 204 {
			t.Fatalf("call %d: %d", n, got)
		}
		// Who is not let in costs nobody anything.
		if got := send("bad"); got != 401 {
			t.Fatal(got)
		}
	}
	w := call(s, "POST", "/rooms/x", "", "Authorization", "Bearer good")
	wantProblem(t, w, 429, fault.RateLimited)
	if w.Header().Get("Retry-After") != "1" {
		t.Errorf("Retry-After %q", w.Header().Get("Retry-After"))
	}
	if got := send("other"); got != 204 {
		t.Errorf("another person: %d", got)
	}
	now = now.Add(rule.Every)
	if got := send("good"); got != 204 {
		t.Errorf("after the wait: %d", got)
	}
}

func TestClassesAreCountedApart(t *testing.T) {
	t.Parallel()
	limiter := ratelimit.NewLocal(time.Now)
	ask, _ := LimitOf("ask", 1)
	read, _ := LimitOf("read", 1)
	for limiter.Take(t.Context(), ask, "x") == 0 {
	}
	if limiter.Take(t.Context(), read, "x") != 0 {
		t.Error("reading is limited by asking")
	}
}

// A stage without strangers is as good as unlimited.
func TestAGenerousStage(t *testing.T) {
	t.Parallel()
	rule, err := LimitOf("send", 1000)
	if err != nil || rule.Burst != 60_000 || rule.Every != 500*time.Microsecond {
		t.Errorf("%+v %v", rule, err)
	}
	if _, err := LimitOf("luck", 1); err == nil {
		t.Error("there is a limit of luck")
	}
}
