package nightly_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/yoriai/yoriai/shared/adapter/postgres"
	"github.com/yoriai/yoriai/shared/adapter/postgres/identity"
	"github.com/yoriai/yoriai/shared/adapter/postgres/pgtest"
	"github.com/yoriai/yoriai/shared/usecase/nightly"
)

// failing is a store of which one purge fails.
type failing struct{ nightly.Store }

func (failing) PurgeEvents(context.Context, int) (int64, error) { return 0, errors.New("broken") }

func TestOneFailureDoesNotKeepTheNightFromTheRest(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	done, err := nightly.Run(t.Context(), failing{postgres.Maintenance{DB: db}}, identity.Sessions{Pool: db}, time.Now())
	if err == nil || len(done) != 6 {
		t.Fatalf("%v %v", done, err)
	}
}

func TestANightMakesTheMonthsAheadAndTakesWhatIsOld(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	store := postgres.Maintenance{DB: db}
	for _, sql := range []string{
		`INSERT INTO users (id, username, email, display_name) VALUES ('00000000-0000-7000-8000-000000000001', 'aki', 'a@example.com', 'Aki')`,
		`INSERT INTO idempotency_keys SELECT '00000000-0000-7000-8000-000000000001', 'x', gen_random_uuid(), '\x00', gen_random_uuid(), now() - n * interval '1 day' FROM generate_series(1, 60) n`,
		`DO $$ DECLARE part text; BEGIN FOR part IN SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'messages'::regclass
			ORDER BY 1 DESC LIMIT 11 LOOP EXECUTE 'ALTER TABLE messages DETACH PARTITION ' || part; EXECUTE 'DROP TABLE ' || part || ' CASCADE'; END LOOP; END $$`,
	} {
		if _, err := db.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	done, err := nightly.Run(t.Context(), store, identity.Sessions{Pool: db}, time.Now())
	if err != nil || done["partitions_ahead"] != 12 || done["idempotency_keys"] != int64(31) {
		t.Fatalf("%v %v", done, err)
	}
}
