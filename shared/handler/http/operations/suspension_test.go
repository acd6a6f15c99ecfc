package operations_test

import (
	"testing"
	"time"

	"github.com/yoriai/yoriai/shared/adapter/dynamodb"
	"github.com/yoriai/yoriai/shared/adapter/postgres"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/usecase/identity"
)

// Suspending ends at once what somebody can do, with Postgres or without, and lasts until they are reinstated.
func TestASuspendedPersonIsOutAtOnce(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	first := s.register("mei")
	access, refresh := first.text("access_token"), first.text("refresh_token")
	s.ticket(access).want(201, "")
	i := identity.Identity{Denials: dynamodb.Denials{Table: s.table}, Sockets: dynamodb.Connections{Table: s.table}, EndingStep: time.Minute}
	people := postgres.Suspensions{Pool: s.pool}
	if err := i.Suspend(t.Context(), people, "mei", " ", s.now()); !fault.Is(err, fault.ValidationFailed) {
		t.Fatal(err)
	}
	if err := i.Suspend(t.Context(), people, "nobody", "spam", s.now()); !fault.Is(err, fault.NotFound) {
		t.Fatal(err)
	}
	s.me(access).want(200, "")
	for range 2 {
		if err := i.Suspend(t.Context(), people, "MEI", "spam", s.now()); err != nil {
			t.Fatal(err)
		}
	}
	s.me(access).want(401, "unauthenticated")
	s.ticket(access).want(401, "unauthenticated")
	s.refresh(refresh).want(401, "unauthenticated")
	s.logIn("mei", password).want(403, "forbidden")
	s.logIn("mei", "a wrong password").want(401, "invalid_credentials")
	if err := people.Reinstate(t.Context(), "mei"); err != nil {
		t.Fatal(err)
	}
	s.me(s.logIn("mei", password).want(200, "").text("access_token")).want(200, "")
	s.me(access).want(401, "unauthenticated")
}
