package maintenance_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/yoriai/yoriai/shared/adapter/dynamodb"
	"github.com/yoriai/yoriai/shared/adapter/dynamodb/dynamotest"
	"github.com/yoriai/yoriai/shared/adapter/postgres"
	"github.com/yoriai/yoriai/shared/adapter/postgres/pgtest"
	"github.com/yoriai/yoriai/shared/usecase/maintenance"
	"github.com/yoriai/yoriai/shared/usecase/retention"
)

// purges counts nights, and fails where it is told to.
type purges struct {
	nights  int
	ahead   int
	failing error
	due     time.Time
	bounded bool // some room does not keep everything
	ran     []string
}

func (p *purges) MakePartitions(context.Context) (int, error) {
	p.nights++
	p.ran = append(p.ran, "partitions")
	return p.ahead, nil
}

func (p *purges) purge(name string) (int64, error) {
	p.ran = append(p.ran, name)
	return 0, p.failing
}

func (p *purges) PurgeEvents(context.Context, int) (int64, error)     { return p.purge("events") }
func (p *purges) PurgeUserEvents(context.Context, int) (int64, error) { return p.purge("user_events") }
func (p *purges) PurgeKeys(context.Context, int) (int64, error)       { return p.purge("keys") }
func (p *purges) PurgeAttempts(context.Context, int) (int64, error)   { return p.purge("attempts") }
func (p *purges) Run(context.Context) (removed int64, again bool, err error) {
	removed, err = p.purge("retention")
	return removed, p.bounded, err
}

func (p *purges) FillSearch(context.Context, int) (int64, error) { return p.purge("search") }
func (p *purges) Purge(context.Context, time.Time, int) (int64, error) {
	return p.purge("sessions")
}

// Steps and Due: nothing was deleted.
func (p *purges) Steps(time.Time) []maintenance.Step     { return nil }
func (p *purges) Due(context.Context) (time.Time, error) { return p.due, nil }

func TestANightRunsOnlyIfAnythingWasWrittenSinceTheLast(t *testing.T) {
	t.Parallel()
	table := dynamotest.New(t)
	clock := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	table.Now = func() time.Time { return clock }
	store := &purges{ahead: 12}
	night := func(want int, why string) {
		t.Helper()
		if _, err := (maintenance.Night{Store: store, Sessions: store, Books: &books{}, Erasure: store, Retention: store, Activity: dynamodb.NewActivity(table)}).Run(t.Context(), clock); err != nil {
			t.Fatal(err)
		}
		if store.nights != want {
			t.Fatalf("%s: %d nights, want %d", why, store.nights, want)
		}
	}
	raise := func() {
		t.Helper()
		if err := dynamodb.NewActivity(table).Raise(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	night(1, "the first")
	clock = clock.Add(24 * time.Hour)
	night(1, "nothing was written")
	raise()
	clock = clock.Add(24 * time.Hour)
	night(2, "something was written")
	clock = clock.Add(time.Hour)
	raise()
	clock = clock.Add(10 * time.Second)
	night(3, "something was written a moment ago")
	clock = clock.Add(24 * time.Hour)
	night(4, "what was raised a moment before the last may have come after it")
	clock = clock.Add(24 * time.Hour)
	night(4, "nothing was written")
	clock = clock.Add(31 * 24 * time.Hour)
	night(5, "partitions run out by themselves")
	store.due = clock.Add(48 * time.Hour)
	raise()
	clock = clock.Add(24 * time.Hour)
	night(6, "something was written")
	clock = clock.Add(12 * time.Hour)
	night(6, "nothing was written, and nothing is due")
	clock = clock.Add(12 * time.Hour)
	night(7, "something is to be erased")
	store.due = time.Time{}
	raise()
	store.bounded = true
	clock = clock.Add(24 * time.Hour)
	night(8, "a room keeps its messages for a time")
	clock = clock.Add(24 * time.Hour)
	night(9, "nobody wrote, but a day went by")
	store.bounded = false
	clock = clock.Add(24 * time.Hour)
	night(10, "the last of these rooms keeps everything again")
	clock = clock.Add(24 * time.Hour)
	night(10, "nothing was written")
}

func TestOneFailureDoesNotKeepTheNightFromTheRest(t *testing.T) {
	t.Parallel()
	activity := dynamodb.NewActivity(dynamotest.New(t))
	store := &purges{ahead: 12, failing: errors.New("broken")}
	kept := &books{wrong: []maintenance.Mistake{{What: "lots"}}}
	night := maintenance.Night{Store: store, Sessions: store, Books: kept, Erasure: store, Retention: store, Activity: activity}
	now := time.Now()
	done, err := night.Run(t.Context(), now)
	if want := "partitions events user_events keys attempts search sessions retention"; err == nil || len(done) != 9 || strings.Join(store.ran, " ") != want {
		t.Fatalf("%v %v %v", done, err, store.ran)
	}
	if strings.Count(err.Error(), "broken") != 7 || !strings.Contains(err.Error(), "books") {
		t.Errorf("not every failure is told: %v", err)
	}
	// What failed is tried again, although nothing was written.
	store.failing, kept.wrong = nil, nil
	if _, err := night.Run(t.Context(), now.Add(24*time.Hour)); err != nil || store.nights != 2 {
		t.Fatalf("%d nights, %v", store.nights, err)
	}
}

func TestFewPartitionsRingEveryNight(t *testing.T) {
	t.Parallel()
	store := &purges{ahead: 2}
	night := maintenance.Night{Store: store, Sessions: store, Books: &books{}, Erasure: store, Retention: store, Activity: dynamodb.NewActivity(dynamotest.New(t))}
	for n := range 2 {
		if _, err := night.Run(t.Context(), time.Now().Add(time.Duration(n)*24*time.Hour)); !errors.Is(err, maintenance.ErrFewPartitions) {
			t.Fatalf("night %d: %v", n, err)
		}
	}
}

func TestANightMakesTheMonthsAheadAndTakesWhatIsOld(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
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
	night := maintenance.Night{Store: postgres.Maintenance{DB: db}, Books: postgres.Books{DB: db}, Sessions: postgres.Sessions{Pool: db}, Erasure: &purges{}, Retention: retention.Retention{Store: postgres.Retention{DB: db}}, Activity: dynamodb.NewActivity(dynamotest.New(t))}
	done, err := night.Run(t.Context(), time.Now())
	if err != nil || done["partitions_ahead"] != 12 || done["idempotency_keys"] != int64(31) {
		t.Fatalf("%v %v", done, err)
	}
}
