package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/ledger"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/outbox"
	"github.com/yoriai/yoriai/shared/domain/room"
)

// Changes is change.Store.
type Changes struct{ DB *pgxpool.Pool }

var _ change.Store = Changes{}

// Change implements change.Store: one round trip loads, one applies and commits.
func (c Changes) Change(ctx context.Context, n change.Needs, decide change.Decide) (owed []outbox.Row, err error) {
	err = InTx(ctx, c.DB, func(tx Tx) error {
		owed = nil
		s, err := load(ctx, tx, n)
		if err != nil {
			return err
		}
		plan, err := decide(s)
		if err != nil || plan == nil {
			return err
		}
		if err := plan.Err(); err != nil {
			return err
		}
		owed = plan.Owed()
		return apply(ctx, tx, plan, owed)
	})
	if err != nil {
		return nil, err
	}
	return owed, nil
}

// load takes the locks, in this order and no other, and reads what the needs name as committed by whoever held them:
//
//	users → jobs → room_sequences → rooms → room_members → user_sequences → ai_generations → token_balances, ascending ids within each
//
// Before them an idempotency key is claimed: an equal request waits there. A balance's lock stands for everything in its books.
func load(ctx context.Context, tx Tx, n change.Needs) (change.Situation, error) {
	l := &loading{n: n, b: &pgx.Batch{}, s: change.Situation{Parts: map[id.ID]room.Membership{}, People: map[id.ID]room.Membership{}, Blocked: map[id.ID]bool{},
		Invited: map[id.ID]room.Invitation{}, Streams: map[id.ID]int64{}, Unfinished: map[id.ID]int{}, Holds: map[id.ID]ledger.Hold{}}}
	l.key()
	l.self()
	l.person()
	l.size()
	l.backlog()
	l.jobs()
	l.room()
	l.members()
	l.streams()
	l.generations()
	l.oldest()
	l.people()
	l.reports()
	l.messages()
	l.accounts()
	if err := tx.SendBatch(ctx, l.b).Close(); err != nil {
		return l.s, err
	}
	if n.Key != nil && !l.s.Claim.First {
		if err := claimed(ctx, tx, *n.Key, &l.s.Claim); err != nil {
			return l.s, err
		}
	}
	return l.s, nil
}

// loading queues what is read, each statement with where its rows go.
type loading struct {
	n change.Needs
	b *pgx.Batch
	s change.Situation
}

func (l *loading) one(sql string, args []any, scan func(row pgx.Row) error) {
	l.b.Queue(sql, args...).QueryRow(func(row pgx.Row) error { return orNothing(scan(row)) })
}

func (l *loading) key() {
	k := l.n.Key
	if k == nil {
		return
	}
	l.one(`INSERT INTO idempotency_keys (user_id, operation, key, request_hash, resource_id) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT DO NOTHING RETURNING true`, []any{k.UserID, k.Operation, k.Value, k.RequestHash[:], k.Resource},
		func(row pgx.Row) error { return row.Scan(&l.s.Claim.First) })
}

// claimed is what the first request under a key was.
func claimed(ctx context.Context, db DB, k change.Key, c *change.Claim) error {
	return db.QueryRow(ctx, `SELECT request_hash, resource_id, created_at FROM idempotency_keys WHERE user_id = $1 AND operation = $2 AND key = $3`,
		k.UserID, k.Operation, k.Value).Scan(&c.Hash, &c.Resource, &c.Began)
}

func (l *loading) person() {
	if l.n.Profile {
		l.one(`SELECT `+personColumns+`, NOT u.ai_may_read FROM users u WHERE u.id = $1`, []any{l.n.Person},
			func(row pgx.Row) error { return row.Scan(append(personFields(&l.s.Actor), &l.s.KeepsFromAI)...) })
	}
}

// room reads the counters, the room and the person's part in it by three statements: planning their join would cost three
// times as much, under the lock.
func (l *loading) room() {
	if l.n.RoomID.IsZero() {
		l.one(`SELECT clock_timestamp()`, nil, func(row pgx.Row) error { return row.Scan(moment{&l.s.Now}) })
		return
	}
	r := &l.s.Room
	counters := `SELECT ` + counterColumns + `, clock_timestamp() FROM room_sequences s WHERE s.room_id = $1`
	if l.n.Order >= change.InOrder {
		counters += ` FOR UPDATE`
	}
	l.one(counters, []any{l.n.RoomID}, func(row pgx.Row) error {
		return row.Scan(append(counterFields(&r.Room), moment{&l.s.Now})...)
	})
	settings := `SELECT ` + roomColumns + ` FROM rooms r WHERE r.id = $1`
	switch l.n.Order {
	case change.Beside:
		settings += ` FOR SHARE`
	case change.Alone:
		settings += ` FOR NO KEY UPDATE`
	case change.Unordered, change.InOrder:
	}
	l.one(settings, []any{l.n.RoomID}, func(row pgx.Row) error { return row.Scan(roomFields(&r.Room)...) })
	mine := `SELECT role, notify, last_read_message_id, last_read_sequence FROM room_members WHERE room_id = $1 AND user_id = $2 AND removed_at IS NULL`
	if l.n.RaisesRead || l.n.Order == change.Beside {
		mine += ` FOR NO KEY UPDATE`
	}
	l.one(mine, []any{l.n.RoomID, l.n.Person}, func(row pgx.Row) error {
		return row.Scan(&r.Role, &r.Notify, &r.LastReadMessageID, &r.LastReadSequence)
	})
}

func (l *loading) members() {
	if len(l.n.Parts) > 0 {
		who := `m.user_id = ANY ($2::text[]::uuid[])`
		if l.n.Master {
			who = `(` + who + ` OR m.role = 'master' AND m.removed_at IS NULL)`
		}
		l.b.Queue(memberSQL+` WHERE m.room_id = $1 AND `+who+` ORDER BY m.user_id FOR NO KEY UPDATE OF m`, l.n.RoomID, texts(l.n.Parts)).
			Query(each(scanMember, func(m room.Membership) { l.s.Parts[m.Person.ID] = m }))
	}
	if len(l.n.People) > 0 {
		l.b.Queue(memberSQL+` WHERE m.room_id = $1 AND m.user_id = ANY ($2::text[]::uuid[]) AND m.removed_at IS NULL`, l.n.RoomID, texts(l.n.People)).
			Query(each(scanMember, func(m room.Membership) { l.s.People[m.Person.ID] = m }))
	}
	l.invitations()
	if l.n.Members {
		l.b.Queue(memberSQL+` WHERE m.room_id = $1 AND m.removed_at IS NULL ORDER BY m.user_id`, l.n.RoomID).Query(into(&l.s.Members, collectMember))
	}
}

// invitations are written only under the room's lock, so that reading them takes none.
func (l *loading) invitations() {
	if l.n.Blocks && len(l.n.Parts) > 0 {
		l.b.Queue(`SELECT user_id FROM user_blocks WHERE user_id = ANY ($1::text[]::uuid[]) AND blocked_id = $2`, texts(l.n.Parts), l.n.Person).
			Query(each(scanID, func(person id.ID) { l.s.Blocked[person] = true }))
	}
	if l.n.Invited && len(l.n.Parts) > 0 {
		l.b.Queue(invitationSQL+` WHERE i.room_id = $1 AND i.status = 'pending' AND i.invited_user = ANY ($2::text[]::uuid[])`, l.n.RoomID, texts(l.n.Parts)).
			Query(each(scanInvitation, func(i room.Invitation) { l.s.Invited[i.InvitedUser.ID] = i }))
	}
	if !l.n.Invitation.IsZero() {
		l.one(invitationSQL+` WHERE i.id = $1 AND i.room_id = $2`, []any{l.n.Invitation, l.n.RoomID}, func(row pgx.Row) error {
			i, err := scanInvitation(row)
			if err == nil {
				l.s.Invitation = &i
			}
			return err
		})
	}
}

// streams locks people's own logs by raising them by nothing: a person without a log gets one.
func (l *loading) streams() {
	const lock = `INSERT INTO user_sequences AS s (user_id, event) SELECT id, 0 FROM people ORDER BY id
		ON CONFLICT (user_id) DO UPDATE SET event = s.event RETURNING s.user_id, s.event`
	// Whom nobody knows has no stream.
	people, args := `SELECT id FROM users WHERE id = ANY ($1::text[]::uuid[])`, []any{texts(l.n.Streams)}
	switch {
	case l.n.EveryStream:
		people += ` UNION SELECT user_id FROM room_members WHERE room_id = $2 AND removed_at IS NULL
			UNION SELECT asker_id FROM ai_generations WHERE room_id = $2 AND visibility = 'private' AND` + open
		args = append(args, l.n.RoomID)
	case l.n.Running == change.RunningOfRoom:
		people += ` UNION SELECT asker_id FROM ai_generations WHERE room_id = $2 AND visibility = 'private' AND` + open
		args = append(args, l.n.RoomID)
	case len(l.n.Streams) == 0:
		return
	}
	l.b.Queue(`WITH people (id) AS (`+people+`) `+lock, args...).Query(func(rows pgx.Rows) error {
		var person id.ID
		var event int64
		_, err := pgx.ForEachRow(rows, []any{&person, &event}, func() error {
			l.s.Streams[person] = event
			return nil
		})
		return err
	})
}

func (l *loading) generations() {
	const lock = `SELECT ` + generationColumns + ` FROM ai_generations g WHERE `
	switch l.n.Running {
	case change.RunningOfPair:
		l.b.Queue(lock+`(message_id = $1 OR question_id = $1) AND`+open+`ORDER BY id FOR UPDATE`, l.n.Pair).Query(into(&l.s.Running, collectGeneration))
	case change.RunningOfRoom:
		l.b.Queue(lock+`room_id = $1 AND`+open+`ORDER BY id FOR UPDATE`, l.n.RoomID).Query(into(&l.s.Running, collectGeneration))
	case change.NoneRunning:
	}
	if l.n.Summaries {
		l.b.Queue(`SELECT FROM ai_generations WHERE room_id = $1 AND kind = 'summary' AND`+open+`FOR UPDATE`, l.n.RoomID)
	}
	if !l.n.Generation.IsZero() {
		l.one(lock+`id = $1 FOR UPDATE`, []any{l.n.Generation}, func(row pgx.Row) error {
			g, err := scanGeneration(row)
			if err == nil {
				l.s.Generation = &g
			}
			return err
		})
		// The lock may have been waited for.
		l.one(`SELECT clock_timestamp()`, nil, func(row pgx.Row) error { return row.Scan(moment{&l.s.Now}) })
	}
	if l.n.Unfinished {
		// Of another's nobody is told by a refusal how many they ask in private.
		l.b.Queue(`SELECT asker_id, count(*) FROM ai_generations WHERE room_id = $1 AND`+open+`AND kind = 'reply' AND (visibility = 'public' OR asker_id = $2) GROUP BY asker_id`, l.n.RoomID, l.n.Person).
			Query(func(rows pgx.Rows) error {
				var asker id.ID
				var count int
				_, err := pgx.ForEachRow(rows, []any{&asker, &count}, func() error {
					l.s.Unfinished[asker] = count
					return nil
				})
				return err
			})
	}
}

// people is what is a person's own: a group is locked, and nothing else with it.
func (l *loading) people() {
	if !l.n.Block.IsZero() {
		l.one(`SELECT EXISTS (SELECT FROM user_blocks WHERE user_id = $1 AND blocked_id = $2)`, []any{l.n.Person, l.n.Block}, func(row pgx.Row) error { return row.Scan(&l.s.Block) })
	}
	if l.n.Groups {
		l.one(`SELECT count(*) FROM groups WHERE owner_id = $1`, []any{l.n.Person}, func(row pgx.Row) error { return row.Scan(&l.s.Groups) })
	}
	if l.n.Group.IsZero() {
		return
	}
	// Locked first and read afterwards, so that who was added while this waited is counted.
	l.b.Queue(`SELECT FROM groups WHERE id = $1 FOR UPDATE`, l.n.Group)
	l.one(groupSQL+` WHERE g.id = $1`, []any{l.n.Group}, func(row pgx.Row) error {
		g, err := scanGroup(row)
		if err == nil {
			l.s.Group = &g
		}
		return err
	})
	if !l.n.GroupMember.IsZero() {
		l.one(`SELECT EXISTS (SELECT FROM group_members WHERE group_id = $1 AND user_id = $2)`, []any{l.n.Group, l.n.GroupMember}, func(row pgx.Row) error { return row.Scan(&l.s.InGroup) })
	}
}

// messages are read as the person may see them.
func (l *loading) messages() {
	find := func(condition string, args []any, found func(m message.Message)) {
		l.one(messageSQL+` WHERE m.room_id = $1`+visible+condition, append([]any{l.n.RoomID, l.n.Person}, args...), func(row pgx.Row) error {
			m, err := scanMessage(row)
			if err == nil {
				found(m)
			}
			return err
		})
	}
	byID := func(messageID id.ID, found func(m message.Message)) {
		if !messageID.IsZero() {
			find(` AND m.id = $3`, []any{messageID}, found)
		}
	}
	if len(l.n.Messages) > 0 {
		l.b.Queue(messageSQL+` WHERE m.room_id = $1`+visible+` AND m.id = ANY ($3::text[]::uuid[]) ORDER BY m.id`, l.n.RoomID, l.n.Person, texts(l.n.Messages)).
			Query(into(&l.s.Messages, func(row pgx.CollectableRow) (message.Message, error) { return scanMessage(row) }))
	}
	byID(l.n.Message, func(m message.Message) { l.s.Message = &m })
	if l.n.RaisesRead && !l.n.Message.IsZero() {
		// A private message has no number: whoever read it has read what stands before it.
		l.one(`SELECT sequence FROM messages WHERE room_id = $1 AND id <= $2 AND id >= $3 AND sequence IS NOT NULL ORDER BY id DESC LIMIT 1`,
			[]any{l.n.RoomID, l.n.Message, id.Floor(l.n.Message.Time().Add(-window))}, func(row pgx.Row) error { return row.Scan(&l.s.ReadSequence) })
	}
	byID(l.n.ReplyTo, func(m message.Message) { l.s.ReplyTo = &m })
	if !l.n.Source.IsZero() {
		l.one(messageSQL+` WHERE m.id = $1`+visible+` AND EXISTS (SELECT FROM room_members p JOIN rooms r ON r.id = p.room_id
			WHERE p.room_id = m.room_id AND p.user_id = $2 AND p.removed_at IS NULL AND r.deleted_at IS NULL)`, []any{l.n.Source, l.n.Person}, func(row pgx.Row) error {
			m, err := scanMessage(row)
			if err == nil {
				l.s.Source = &m
			}
			return err
		})
	}
	if l.n.LastMessage {
		l.one(previewSQL+` WHERE m.id = (SELECT last_message_id FROM room_sequences WHERE room_id = $1) AND m.visibility = 'public'`, []any{l.n.RoomID, l.n.Person}, func(row pgx.Row) error {
			m, err := scanMessage(row)
			if err == nil {
				l.s.LastMessage = &m
			}
			return err
		})
	}
	if l.n.Pair.IsZero() {
		return
	}
	pair := func(m message.Message) {
		if m.Type == message.AI {
			l.s.Answer = &m
		} else {
			l.s.Question = &m
		}
	}
	byID(l.n.Pair, pair)
	find(` AND m.id = (SELECT answers FROM messages WHERE id = $3)`, []any{l.n.Pair}, pair)
	find(answerTo, []any{l.n.Pair, answerBy(l.n.Pair)}, pair)
	if l.n.Quoted {
		find(` AND m.id = (SELECT reply_to FROM messages WHERE id = coalesce((SELECT answers FROM messages WHERE id = $3), $3))`, []any{l.n.Pair},
			func(m message.Message) { l.s.ReplyTo = &m })
	}
}

var errNoSuchKey = errors.New("the key was never claimed")

// began is when the first request under a key was made, and for what.
func began(ctx context.Context, db DB, k change.Key) (resource id.ID, at time.Time, err error) {
	var c change.Claim
	if err := claimed(ctx, db, k, &c); err != nil {
		return resource, at, errors.Join(errNoSuchKey, err)
	}
	return c.Resource, c.Began, nil
}
