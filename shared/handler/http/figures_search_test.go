package http_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/usecase/search"
)

// words are what the figure's messages are made of; the first are said the most.
var words = strings.Fields(`です ます の は を に 明日 会議 今日 資料 確認 お願いします ありがとうございます 了解 東京 京都 予定 変更 時間 写真 the meeting today please
	thanks budget design release deploy review 設計 実装 試験 障害 復旧 報告 営業 開発 採用 面接 出張 経費 精算 休暇 昼食 珈琲 桜 紅葉 新幹線 rollback incident latency`)

func saying(r *rand.Rand) string {
	var b strings.Builder
	for range 6 + r.IntN(12) {
		// Zipf's law, roughly.
		word := words[int(float64(len(words))*r.Float64()*r.Float64())]
		b.WriteString(word)
		if word[0] < 0x80 {
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// A million messages in a thousand rooms; the reader is in fifty of them.
func TestFigureSearch(t *testing.T) {
	h := figures(t)
	const places, each, mine = 1000, 1000, 50
	reader, token := h.Person("reader")
	r := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same figure each time
	exec := func(sql string, args ...any) {
		t.Helper()
		if _, err := h.DB.Exec(t.Context(), sql, args...); err != nil {
			t.Fatalf("%v\n%s", err, sql)
		}
	}
	exec(`CREATE TABLE filling (id uuid, room_id uuid, sequence bigint, content text, lexemes text[])`)
	var rooms []string
	began := time.Now()
	for n := range places {
		roomID := id.New()
		rooms = append(rooms, roomID.String())
		exec(`INSERT INTO rooms (id, name, owner_id) VALUES ($1, 'Kyoto', $2)`, roomID, reader)
		if n < mine {
			exec(`INSERT INTO room_members (room_id, user_id, role, version) VALUES ($1, $2, 'master', 1)`, roomID, reader)
		}
		rows := make([][]any, each)
		place := roomID.Place()
		for i := range rows {
			place = place.After()
			text := saying(r)
			rows[i] = []any{[16]byte(place.ID()), [16]byte(roomID), i + 1, text, search.Lexemes(roomID, text)}
		}
		if _, err := h.DB.CopyFrom(t.Context(), pgx.Identifier{"filling"}, []string{"id", "room_id", "sequence", "content", "lexemes"}, pgx.CopyFromRows(rows)); err != nil {
			t.Fatal(err)
		}
	}
	exec(`INSERT INTO room_sequences (room_id, sequence, event, last_message_id) SELECT id, 1000, 1000, id FROM rooms`)
	exec(`INSERT INTO messages (id, room_id, sequence, event, sender_id, type, status, content, created_at)
		SELECT id, room_id, sequence, sequence, '` + reader.String() + `', 'human', 'completed', content, now() FROM filling`)
	exec(`DROP INDEX message_search_vector`)
	exec(`INSERT INTO message_search SELECT id, room_id, '` + reader.String() + `', false, NULL, array_to_tsvector(lexemes) FROM filling`)
	exec(`CREATE INDEX message_search_vector ON message_search USING gin (vector) WITH (gin_pending_list_limit = 256)`)
	exec(`DROP TABLE filling`)
	exec(`ANALYZE`)
	fmt.Printf("%-58s %.0f s\n", "1,000,000 messages in 1,000 rooms, filled in", time.Since(began).Seconds())
	for _, c := range []struct {
		name, room string
		queries    []string
	}{
		{"in a room (goal: p50 ≤ 30)", rooms[7], []string{"会議", "incident", "明日 会議", "お願いします", "桜", "新幹線", "rollback deploy", "経費精算"}},
		{"across fifty rooms (goal: p50 ≤ 30)", "", []string{"会議", "incident", "明日 会議", "お願いします", "桜", "新幹線", "rollback deploy", "経費精算"}},
		{"across fifty rooms, what all of them say", "", []string{"です", "の", "t"}},
		{"across fifty rooms, what nobody says", "", []string{"火星人", "zebra", "会議議会"}},
	} {
		var took []time.Duration
		for n := range 200 {
			b := body{"query": c.queries[n%len(c.queries)]}
			if c.room != "" {
				b["room_id"] = c.room
			}
			began := time.Now()
			if w := h.Call(token, "POST", "/search", b); w.Code != 200 {
				t.Fatal(w.Body)
			}
			took = append(took, time.Since(began))
		}
		print("search "+c.name, took)
	}
}
