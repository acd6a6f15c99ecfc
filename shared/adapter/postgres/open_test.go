package postgres_test

import (
	"context"
	"errors"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/yoriai/yoriai/shared/adapter/postgres"
	"github.com/yoriai/yoriai/shared/adapter/postgres/pgtest"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
)

func TestIDsTravelBothWays(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	want := []id.ID{id.New(), id.New()}
	var got, none id.ID
	var count int
	err := pool.QueryRow(t.Context(), `SELECT $1::uuid, $2::uuid, (SELECT count(*) FROM unnest($3::uuid[]) u WHERE u IN ($1::uuid, $4::uuid))`,
		want[0], id.ID{}, postgres.IDs(want), want[1]).Scan(&got, &none, &count)
	if err != nil || got != want[0] || !none.IsZero() || count != 2 {
		t.Fatalf("got %v, %v, %d, %v", got, none, count, err)
	}
}

// RDS Proxy pins a client's connection for good once a statement has a name. Elsewhere names save the database half its work.
func TestStatementsHaveNamesUnlessTheyGoThroughTheProxy(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	for name, want := range map[string]struct {
		options []postgres.Option
		named   bool
	}{"directly": {nil, true}, "through the proxy": {[]postgres.Option{postgres.ThroughProxy()}, false}} {
		pool, err := postgres.Open(t.Context(), url, want.options...)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(pool.Close)
		b := &pgx.Batch{}
		b.Queue(`SELECT $1::int + 1`, 1)
		var seen, named int
		for range 3 {
			if err := pool.QueryRow(t.Context(), `SELECT $1::int`, 7).Scan(&seen); err != nil || seen != 7 {
				t.Fatal(seen, err)
			}
			if err := pool.SendBatch(t.Context(), b).Close(); err != nil {
				t.Fatal(err)
			}
		}
		// Asked without a parameter and in text: it makes no statement of its own.
		if err := pool.QueryRow(t.Context(), `SELECT count(*) FROM pg_prepared_statements`, pgx.QueryExecModeSimpleProtocol).Scan(&named); err != nil {
			t.Fatal(err)
		}
		if (named > 0) != want.named {
			t.Errorf("%s: %d named statements", name, named)
		}
	}
}

func TestATransactionThatLosesADeadlockRunsAgain(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	if _, err := pool.Exec(t.Context(), `CREATE TABLE pairs (k int PRIMARY KEY, n int NOT NULL)`); err != nil {
		t.Fatal(err)
	}
	if _, err := pool.Exec(t.Context(), `INSERT INTO pairs VALUES (1, 0), (2, 0)`); err != nil {
		t.Fatal(err)
	}
	var both sync.WaitGroup
	var met sync.WaitGroup
	met.Add(2)
	for _, order := range [][2]int{{1, 2}, {2, 1}} {
		both.Go(func() {
			var first sync.Once
			err := postgres.InTx(t.Context(), pool, func(tx postgres.Tx) error {
				if _, err := tx.Exec(t.Context(), `UPDATE pairs SET n = n + 1 WHERE k = $1`, order[0]); err != nil {
					return err
				}
				first.Do(func() { met.Done(); met.Wait() })
				_, err := tx.Exec(t.Context(), `UPDATE pairs SET n = n + 1 WHERE k = $1`, order[1])
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	both.Wait()
	var low, high int
	if err := pool.QueryRow(t.Context(), `SELECT min(n), max(n) FROM pairs`).Scan(&low, &high); err != nil || low != 2 || high != 2 {
		t.Fatalf("each counted %d to %d, %v; want 2", low, high, err)
	}
}

func TestADatabaseThatDoesNotAnswerIsWaking(t *testing.T) {
	t.Parallel()
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	pool, err := postgres.Open(t.Context(), "postgres://u:secret@"+silent.Addr().String()+"/x?sslmode=disable", postgres.ConnectTimeout(200*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	err = postgres.InTx(t.Context(), pool, func(postgres.Tx) error { return nil })
	var problem *fault.Error
	if !errors.As(err, &problem) || problem.Code != fault.DatabaseWaking || problem.RetryAfter <= 0 {
		t.Fatalf("got %v, want database_waking with a time to wait", err)
	}
}

func TestADatabaseThatOutlastsTheRequestIsWaking(t *testing.T) {
	t.Parallel()
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	pool, err := postgres.Open(t.Context(), "postgres://u@"+silent.Addr().String()+"/x?sslmode=disable", postgres.ConnectTimeout(2*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if _, err = pool.Exec(ctx, `SELECT 1`); !fault.Is(postgres.Translate(err), fault.DatabaseWaking) {
		t.Fatalf("got %v (%T), want database_waking", postgres.Translate(err), err)
	}
	if err := postgres.InTx(ctx, pool, func(postgres.Tx) error { return nil }); !fault.Is(err, fault.DatabaseWaking) {
		t.Fatalf("got %v, want database_waking", err)
	}
}

func TestAQueryThatOutlastsTheRequestIsUnavailable(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if _, err := pool.Exec(ctx, `SELECT pg_sleep(5)`); !fault.Is(postgres.Translate(err), fault.Unavailable) {
		t.Fatalf("got %v (%T), want unavailable", postgres.Translate(err), err)
	}
}

func TestADatabaseThatRefusesIsUnavailable(t *testing.T) {
	t.Parallel()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := closed.Addr().String()
	closed.Close()
	pool, err := postgres.Open(t.Context(), "postgres://u@"+address+"/x?sslmode=disable")
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	if _, err = pool.Exec(t.Context(), `SELECT 1`); !fault.Is(postgres.Translate(err), fault.Unavailable) {
		t.Fatalf("got %v, want unavailable", postgres.Translate(err))
	}
}

func TestAConnectionThatDiedAtRestIsReplaced(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	pool, err := postgres.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	var backend int
	if err := pool.QueryRow(t.Context(), `SELECT pg_backend_pid()`).Scan(&backend); err != nil {
		t.Fatal(err)
	}
	other, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close(context.Background())
	if _, err := other.Exec(t.Context(), `SELECT pg_terminate_backend($1)`, backend); err != nil {
		t.Fatal(err)
	}
	time.Sleep(1100 * time.Millisecond)
	var now int
	if err := pool.QueryRow(t.Context(), `SELECT pg_backend_pid()`).Scan(&now); err != nil || now == backend {
		t.Fatalf("backend %d after %d, %v", now, backend, err)
	}
}

func TestTransactionsHaveALimit(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	var limit string
	// The setting belongs to the database that was migrated; the template's name tells it.
	err := pool.QueryRow(t.Context(), `
		SELECT s.setconfig::text FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase
		WHERE d.datname LIKE 'template\_%' LIMIT 1`).Scan(&limit)
	if err != nil || limit != "{transaction_timeout=30s}" {
		t.Fatalf("got %q, %v", limit, err)
	}
}
