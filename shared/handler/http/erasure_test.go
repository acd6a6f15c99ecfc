package http_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/yoriai/yoriai/shared/adapter/dynamodb"
	"github.com/yoriai/yoriai/shared/adapter/postgres"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/domain/user"
	"github.com/yoriai/yoriai/shared/usecase/erasure"
	"github.com/yoriai/yoriai/shared/usecase/jobs"
	"github.com/yoriai/yoriai/shared/usecase/maintenance"
	"github.com/yoriai/yoriai/shared/usecase/retention"
	"github.com/yoriai/yoriai/shared/usecase/transact"
)

func (m *meeting) erasure() erasure.Erasure {
	return erasure.Erasure{Store: postgres.Erasure{DB: m.DB}, Runner: transact.Runner{Store: postgres.Changes{DB: m.DB},
		Relay: transact.Relay{Queues: m.Queues, Store: postgres.Outbox{DB: m.DB}, Activity: dynamodb.NewActivity(m.Table)}}}
}

// night erases what is due at a moment, in the smallest batches: whatever ends one, the next goes on from what the database says.
func (m *meeting) night(at time.Time) {
	m.t.Helper()
	for quiet := 0; quiet < 2; quiet++ {
		steps := m.erasure().Steps(at)
		rand.Shuffle(len(steps), func(i, j int) { steps[i], steps[j] = steps[j], steps[i] })
		for _, s := range steps {
			n, err := s.Do(m.t.Context(), 1)
			if err != nil {
				m.t.Fatalf("%s: %v", s.Name, err)
			}
			if n > 0 && rand.IntN(4) == 0 {
				m.sound() // wherever a night ends
			}
			if n > 0 {
				quiet = -1
			}
		}
	}
}

// leaver is somebody who talked, asked, was copied and left.
type leaver struct {
	said, copied, report string
	private              []string
}

const secret = "correct horse battery"

func (m *meeting) leaves(withMessages bool) (l leaver) {
	m.t.Helper()
	stage := m.Stage()
	registered := answers(m.t, "registerUser", m.Call("", "POST", "/auth/register", body{"username": "sora", "email": "sora@example.com", "password": secret}), 201)
	m.tokens["sora"], m.ids["sora"] = registered["access_token"].(string), at(registered, "user", "id").(string)
	m.does("sora", "updateMe", "PATCH", "/me", body{"display_name": "Sora Skye"}, 200)
	m.Joins(idOf(m.path), "sora", room.Member)
	l.said = at(m.does("sora", "sendMessage", "POST", m.path+"/messages", body{"client_message_id": key(), "content": "my zanzibar"}, 201), "message", "id").(string)
	private := m.does("sora", "sendMessage", "POST", m.path+"/messages", body{"client_message_id": key(), "content": "psst zanzibar", "visibility": "private", "ai": body{}}, 201)
	l.private = []string{at(private, "message", "id").(string), at(private, "ai_message", "id").(string)}
	stage.Deliver()
	m.does("mei", "reportMessage", "POST", m.path+"/messages/"+l.said+"/reports", body{"reason": "spam"}, 204)
	// A copy of a copy, made by somebody else.
	path := m.path
	for range 2 {
		job := m.does("aki", "forkRoom", "POST", path+"/forks", body{}, 202)["id"].(string)
		step := jobs.Prepare
		for step != jobs.Done {
			next, err := m.Jobs.Step(m.t.Context(), step, roomID(job))
			if err != nil {
				m.t.Fatal(err)
			}
			step = next
		}
		path = "/rooms/" + job // a copy has the id of its job
	}
	l.copied = path
	m.does("sora", "deleteMe", "DELETE", "/me", body{"password": secret, "messages": withMessages}, 204)
	stage.Deliver()
	return l
}

// words are what a room shows of somebody's words, and under which name.
func (m *meeting) words(path string) string {
	m.t.Helper()
	var out []string
	for _, item := range m.does("aki", "listMessages", "GET", path+"/messages?limit=100", nil, 200)["items"].([]any) {
		i := item.(body)
		out = append(out, fmt.Sprint(i["content"], at(i, "sender", "username"), at(i, "sender", "display_name"), i["system"]))
	}
	return strings.Join(out, "\n")
}

func TestAnErasedAccountLeavesOnlyWhatItSaid(t *testing.T) {
	t.Parallel()
	for _, with := range []bool{false, true} {
		t.Run(fmt.Sprint("also my messages: ", with), func(t *testing.T) {
			t.Parallel()
			m := newMeeting(t, map[string]room.Role{"mei": room.Member})
			l := m.leaves(with)
			m.exec(`INSERT INTO payment_customers (account_id, rail, customer) VALUES ($1::text::uuid, 'stripe', 'cus_sora')`, m.ids["sora"])
			entries := m.count(`SELECT count(*) FROM token_transactions`)
			m.night(time.Now().Add(user.Grace - time.Hour))
			if m.count(`SELECT count(*) FROM users WHERE username = 'sora'`) != 1 {
				t.Fatal("erased within the grace")
			}
			commands := m.Queues.Rows["stripe-commands"]
			after := time.Now().Add(user.Grace + time.Hour)
			m.night(after)
			if m.count(`SELECT count(*) FROM users WHERE username ~ '^deleted-[0-9a-f]{8}$' AND email IS NULL AND display_name = '' AND password_hash IS NULL AND NOT erasing`) != 1 {
				t.Fatal("the account is not erased")
			}
			for what, sql := range map[string]string{
				"sessions": `SELECT count(*) FROM sessions WHERE user_id = $1::text::uuid`, "private messages": `SELECT count(*) FROM messages WHERE visible_to = $1::text::uuid`,
				"attempts":    `SELECT count(*) FROM ai_generations WHERE visibility = 'private' AND asker_id = $1::text::uuid`,
				"search rows": `SELECT count(*) FROM message_search WHERE visible_to = $1::text::uuid`,
				"names":       `SELECT count(*) FROM messages WHERE system::text LIKE '%Sora%' AND $1 <> ''`, "customers": `SELECT count(*) FROM payment_customers WHERE account_id = $1::text::uuid`,
			} {
				if n := m.count(sql, m.ids["sora"]); n != 0 {
					t.Errorf("%d %s are left", n, what)
				}
			}
			if m.Queues.Rows["stripe-commands"] != commands+1 || m.count(`SELECT count(*) FROM token_transactions`) != entries {
				t.Error("the customer stands, or the books changed")
			}
			for _, path := range []string{m.path, l.copied} {
				got := m.words(path)
				if strings.Contains(got, "sora") || strings.Contains(got, "Sora") || strings.Contains(got, "psst") || strings.Contains(got, "my zanzibar") == with {
					t.Errorf("%s shows %s", path, got)
				}
			}
			if found := m.does("aki", "searchMessages", "POST", "/search", body{"query": "zanzibar"}, 200); (len(found["items"].([]any)) == 0) != with {
				t.Error("search finds", found)
			}
			if m.count(`SELECT count(*) FROM reports WHERE snapshot::text LIKE '%my zanzibar%'`) != 1 {
				t.Error("a report lost its snapshot")
			}
			m.sound()
			// The name is nobody's for half a year, and is refused as any other that is taken.
			for _, name := range []string{"sora", "SORA"} {
				answers(t, "registerUser", m.Call("", "POST", "/auth/register", body{"username": name, "email": "x@example.com", "password": secret}), 409)
			}
			answers(t, "registerUser", m.Call("", "POST", "/auth/register", body{"username": "deleted-12345678", "email": "x@example.com", "password": secret}), 422)
			m.exec(`UPDATE reserved_usernames SET until = now() - interval '1 second'`)
			answers(t, "registerUser", m.Call("", "POST", "/auth/register", body{"username": "sora", "email": "x@example.com", "password": secret}), 201)
		})
	}
}

// sound proves that no log has a hole.
func (m *meeting) sound() {
	m.t.Helper()
	if done, err := maintenance.ProveAll(m.t.Context(), postgres.Proofs{DB: m.DB}, postgres.Books{DB: m.DB}); err != nil {
		m.t.Error(done, err)
	}
}

func TestARoomIsErasedForGood(t *testing.T) {
	t.Parallel()
	m := newMeeting(t, map[string]room.Role{"mei": room.Member})
	l := m.leaves(false)
	m.exec(`UPDATE messages SET content = 'x' WHERE id = $1::text::uuid`, l.private[0])
	m.does("aki", "deleteRoom", "DELETE", m.path, nil, 204)
	m.night(time.Now().Add(erasure.RoomsKept - time.Hour))
	rows := func() (n int) {
		return m.count(`SELECT (SELECT count(*) FROM rooms WHERE id = $1::text::uuid) + (SELECT count(*) FROM messages WHERE room_id = $1::text::uuid) + (SELECT count(*) FROM room_events WHERE room_id = $1::text::uuid)
			+ (SELECT count(*) FROM room_members WHERE room_id = $1::text::uuid) + (SELECT count(*) FROM ai_generations WHERE room_id = $1::text::uuid)
			+ (SELECT count(*) FROM message_search WHERE room_id = $1::text::uuid) + (SELECT count(*) FROM jobs WHERE room_id = $1::text::uuid)`, idOf(m.path).String())
	}
	if rows() == 0 {
		t.Fatal("erased too early")
	}
	m.night(time.Now().Add(erasure.RoomsKept + time.Hour))
	if n := rows(); n != 0 {
		t.Fatalf("%d rows are left", n)
	}
	if m.count(`SELECT count(*) FROM reports`) != 1 {
		t.Error("what was reported is gone")
	}
	if got := m.words(l.copied); !strings.Contains(got, "my zanzibar") {
		t.Error("a copy went with its source", got)
	}
	m.sound()
}

// What is held stays, whenever the hold came, and goes once it ends.
func TestALegalHoldStopsEveryErasure(t *testing.T) {
	t.Parallel()
	m := newMeeting(t, map[string]room.Role{"mei": room.Member})
	l := m.leaves(true)
	holds, now := postgres.Holds{DB: m.DB}, time.Now()
	after := now.Add(erasure.RoomsKept + time.Hour)
	place := func(kind erasure.SubjectKind, subject id.ID, until time.Time) {
		t.Helper()
		if err := erasure.Place(t.Context(), holds, erasure.Hold{Kind: kind, Subject: subject, Until: until, Reason: "a court asks"}, now); err != nil {
			t.Fatal(err)
		}
	}
	sora := roomID(m.ids["sora"])
	said := func() int {
		return m.count(`SELECT count(*) FROM messages WHERE sender_id = $1::text::uuid AND visibility = 'public' AND content LIKE '%zanzibar%'`, m.ids["sora"])
	}
	place(erasure.HeldUser, sora, time.Time{})
	m.does("aki", "deleteRoom", "DELETE", m.path, nil, 204)
	m.night(after)
	if m.count(`SELECT count(*) FROM users WHERE username = 'sora'`) != 1 || said() != 3 {
		t.Fatal("somebody who is held was erased, or where they spoke")
	}
	// In between: the account is erased, and then the copy is held.
	if err := holds.Lift(t.Context(), sora); err != nil {
		t.Fatal(err)
	}
	for _, s := range m.erasure().Steps(after) {
		if s.Name == "accounts" {
			if _, err := s.Do(t.Context(), 1); err != nil {
				t.Fatal(err)
			}
		}
	}
	place(erasure.HeldRoom, idOf(l.copied), after.Add(time.Hour))
	place(erasure.HeldRoom, idOf(m.path), time.Time{})
	m.night(after)
	if said() != 2 || m.count(`SELECT count(*) FROM users WHERE erasing`) != 1 {
		t.Fatal(said(), "are left where two rooms are held")
	}
	if err := holds.Lift(t.Context(), idOf(m.path)); err != nil {
		t.Fatal(err)
	}
	m.night(after.Add(2 * time.Hour))
	if said() != 0 || m.count(`SELECT count(*) FROM users WHERE erasing`) != 0 || m.count(`SELECT count(*) FROM rooms WHERE id = $1::text::uuid`, idOf(m.path).String()) != 0 {
		t.Fatal(said(), "are left after the holds")
	}
	for name, h := range map[string]erasure.Hold{
		"nobody":       {Kind: erasure.HeldUser, Subject: id.New(), Reason: "x"},
		"no reason":    {Kind: erasure.HeldUser, Subject: sora, Reason: " "},
		"in the past":  {Kind: erasure.HeldUser, Subject: sora, Reason: "x", Until: now.Add(-time.Hour)},
		"a wrong kind": {Kind: "message", Subject: sora, Reason: "x"},
	} {
		if erasure.Place(t.Context(), holds, h, now) == nil {
			t.Errorf("%s was taken", name)
		}
	}
	if held, err := holds.Held(t.Context(), erasure.HeldUser, sora, now); err != nil || held {
		t.Error(held, err)
	}
}

// An account that nobody writes to any more is erased in its night all the same.
func TestAnErasureThatIsDueWakesTheNight(t *testing.T) {
	t.Parallel()
	m := newMeeting(t, nil)
	registered := answers(t, "registerUser", m.Call("", "POST", "/auth/register", body{"username": "sora", "email": "sora@example.com", "password": secret}), 201)
	m.tokens["sora"] = registered["access_token"].(string)
	m.does("sora", "deleteMe", "DELETE", "/me", body{"password": secret}, 204)
	night := maintenance.Night{Store: postgres.Maintenance{DB: m.DB}, Books: postgres.Books{DB: m.DB}, Sessions: m.Sessions, Activity: dynamodb.NewActivity(m.Table), Erasure: m.erasure(),
		Retention: retention.Retention{Store: postgres.Retention{DB: m.DB}}}
	for i, want := range []bool{true, true, false, false} { // ran
		done, err := night.Run(t.Context(), time.Now().Add(time.Duration(i)*24*time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		if _, ran := done["accounts"]; ran != want && i > 1 {
			t.Errorf("night %d: %v", i, done)
		}
	}
	done, err := night.Run(t.Context(), time.Now().Add(8*24*time.Hour))
	if err != nil || done["accounts"] != int64(1) {
		t.Fatal(done, err)
	}
}
