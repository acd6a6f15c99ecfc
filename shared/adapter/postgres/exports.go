package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/yoriai/yoriai/shared/domain/audit"
	"github.com/yoriai/yoriai/shared/domain/export"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/job"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/usecase/exports"
)

// Exports is exports.Store.
type Exports struct{ DB *pgxpool.Pool }

var _ exports.Store = Exports{}

// Part implements exports.Store. The job stays locked until the part is kept: two that do the same job do it one after another.
func (s Exports) Part(ctx context.Context, jobID id.ID, do func(ctx context.Context, p exports.Part) error) error {
	return InTx(ctx, s.DB, func(tx Tx) error { return do(ctx, taking{tx, jobID}) })
}

// Fetched implements exports.Store. What is asked again within a minute is one fetch: nobody fills a log that cannot be emptied.
func (s Exports) Fetched(ctx context.Context, j job.Job) error {
	var written bool
	err := s.DB.QueryRow(ctx, `SELECT EXISTS (SELECT FROM audit_log WHERE actor_id = $1 AND id > id_floor(now() - interval '1 minute') AND act = $2 AND subject_id = $3)`,
		j.RequestedBy, string(audit.ExportFetched), j.ID).Scan(&written)
	if err != nil || written {
		return Translate(err)
	}
	return Translate(record(ctx, s.DB, audit.Entry{Act: audit.ExportFetched, Actor: j.RequestedBy, RoomID: j.RoomID, Subject: j.ID}))
}

// Own implements exports.Store.
func (s Exports) Own(ctx context.Context, person, until id.ID) (n int64, err error) {
	err = s.DB.QueryRow(ctx, `SELECT (SELECT count(*) FROM messages WHERE sender_id = $1 AND id <= $2)
		+ (SELECT count(*) FROM messages WHERE visible_to = $1 AND id <= $2 AND sender_id IS NULL)`, person, until).Scan(&n)
	return n, Translate(err)
}

type taking struct {
	tx    Tx
	jobID id.ID
}

// Scene implements exports.Part.
func (t taking) Scene(ctx context.Context) (s exports.Scene, found bool, err error) {
	s.Job, err = scanJob(t.tx.QueryRow(ctx, jobSQL+` WHERE j.id = $1 FOR NO KEY UPDATE`, t.jobID))
	if found, err = Found(err); err != nil || !found {
		return s, found, err
	}
	b := &pgx.Batch{}
	one := func(sql string, args []any, to []any) {
		b.Queue(sql, args...).QueryRow(func(row pgx.Row) error { return orNothing(row.Scan(to...)) })
	}
	one(`SELECT `+roomColumns+` FROM rooms r WHERE r.id = $1`, []any{s.Job.RoomID}, roomFields(&s.Room.Room))
	one(`SELECT role FROM room_members WHERE room_id = $1 AND user_id = $2 AND removed_at IS NULL`, []any{s.Job.RoomID, s.Job.RequestedBy}, []any{&s.Room.Role})
	one(`SELECT id, username, display_name, locale, deleted_at IS NOT NULL FROM users WHERE id = $1`, []any{s.Job.RequestedBy},
		[]any{&s.Person.ID, &s.Person.Username, &s.Person.DisplayName, &s.Locale, &s.Gone})
	return s, true, t.tx.SendBatch(ctx, b).Close()
}

const (
	// ofRoom finds what the person $2 may see of a room $1.
	ofRoom = `(SELECT * FROM messages m WHERE room_id = $1` + visible + ` AND id > $3 AND id <= $4 ORDER BY id LIMIT $5)`
	// What belongs to a row is looked up row by row: a join may read all there is.
	// ofPerson finds what the person $2 said anywhere, and what only they may see in the rooms that they are in; $1 is no room.
	ofPerson = `(SELECT m.* FROM (SELECT id FROM (
			(SELECT id FROM messages s WHERE $1::uuid IS NULL AND sender_id = $2 AND id > $3 AND id <= $4 AND EXISTS (SELECT FROM rooms WHERE id = s.room_id AND deleted_at IS NULL) ORDER BY id LIMIT $5)
			UNION
			(SELECT id FROM messages s WHERE visible_to = $2 AND id > $3 AND id <= $4 AND EXISTS (SELECT FROM rooms WHERE id = s.room_id AND deleted_at IS NULL)
				AND EXISTS (SELECT FROM room_members WHERE room_id = s.room_id AND user_id = $2 AND removed_at IS NULL) ORDER BY id LIMIT $5)) found ORDER BY id LIMIT $5) f
		CROSS JOIN LATERAL (SELECT * FROM messages a WHERE a.id = f.id OFFSET 0) m)`

	// takenColumns are a line. Of a deleted message nothing is told but that it was. What it is a reply to is quoted if the person may see it.
	takenColumns = `SELECT m.id, m.room_id, m.sequence, m.type, coalesce(g.status, m.status), m.visibility, u.id, coalesce(u.username, ''), coalesce(u.display_name, ''),
		` + textNow + `, m.answers, m.reply_to, m.copied_from, m.shared_as, m.exclude_from_ai, m.content_attempt, m.edited_at, m.deleted_at, coalesce(m.deleted_by, ''), m.created_at,
		m.system, m.forwarded,
		(SELECT json_agg(json_build_object('kind', n.kind, 'user_id', n.user_id, 'name', n.name) ORDER BY n.kind, n.name) FROM message_mentions n WHERE n.message_id = m.id AND m.deleted_at IS NULL),
		(SELECT json_agg(json_build_object('emoji', r.emoji, 'user', json_build_object('id', p.id, 'username', p.username, 'display_name', p.display_name), 'created_at', r.created_at)
			ORDER BY r.created_at, r.emoji, p.id) FROM message_reactions r JOIN users p ON p.id = r.user_id WHERE r.message_id = m.id AND m.deleted_at IS NULL),
		CASE WHEN m.type = 'ai' THEN (SELECT json_agg(json_build_object('attempt', a.attempt, 'status', a.status, 'provider', a.provider, 'model', a.model,
			'text', CASE WHEN m.deleted_at IS NULL AND a.attempt NOT IN (m.content_attempt, CASE WHEN ` + streaming + ` THEN m.attempt ELSE 0 END) THEN a.partial_text ELSE '' END,
			'input_tokens', a.input_tokens, 'cached_input_tokens', a.cached_input_tokens, 'output_tokens', a.output_tokens, 'reasoning_tokens', a.reasoning_tokens,
			'charged_tokens', a.charged_tokens, 'copied', a.copied, 'error_code', coalesce(a.error_code, ''), 'finish_reason', coalesce(a.finish_reason, ''),
			'created_at', a.created_at, 'settled_at', a.settled_at) ORDER BY a.attempt) FROM ai_generations a WHERE a.message_id = m.id AND a.attempt IS NOT NULL) END,
		q.author, coalesce(q.text, ''), coalesce(q.deleted, false) FROM `
	takenJoins = ` m LEFT JOIN users u ON u.id = m.sender_id LEFT JOIN LATERAL (SELECT * FROM ai_generations x WHERE x.message_id = m.id AND x.attempt = m.attempt OFFSET 0) g ON true
		LEFT JOIN LATERAL (SELECT coalesce(nullif(w.display_name, ''), w.username, '') AS author, left(o.content, 200) AS text, o.deleted_at IS NOT NULL AS deleted
			FROM messages o LEFT JOIN users w ON w.id = o.sender_id WHERE o.id = m.reply_to AND o.room_id = m.room_id AND m.deleted_at IS NULL
			AND (o.visibility = 'public' OR o.visible_to = $2) AND ($1::uuid IS NOT NULL OR o.sender_id = $2) OFFSET 0) q ON true ORDER BY m.id`
)

// Messages implements exports.Part. A row is held at a time.
func (t taking) Messages(ctx context.Context, q exports.Query, each func(m export.Message) (bool, error)) (seen int, err error) {
	from := ofRoom
	if q.RoomID.IsZero() {
		from = ofPerson
	}
	rows, err := t.tx.Query(ctx, takenColumns+from+takenJoins, q.RoomID, q.Person, lowest(q.After), q.Until, q.Limit)
	if err != nil {
		return 0, Translate(err)
	}
	defer rows.Close()
	for more := true; more && rows.Next(); seen++ {
		m, err := scanTaken(rows)
		if err != nil {
			return seen, Translate(err)
		}
		if more, err = each(m); err != nil {
			return seen, err
		}
	}
	rows.Close()
	return seen, Translate(rows.Err())
}

func scanTaken(row pgx.Row) (m export.Message, err error) {
	var sender export.Person
	var answers, replyTo, copied, shared id.ID
	var note *message.Note
	var forwarded *message.Forwarded
	var author *string
	var quoted export.Quoted
	err = row.Scan(&m.ID, &m.RoomID, &m.Sequence, &m.Type, &m.Status, &m.Visibility, &sender.ID, &sender.Username, &sender.DisplayName,
		&m.Content, &answers, &replyTo, &copied, &shared, &m.ExcludeFromAI, &m.ContentAttempt, moment{&m.EditedAt.Time}, moment{&m.DeletedAt.Time}, &m.DeletedBy, moment{&m.CreatedAt.Time},
		&note, &forwarded, &m.Mentions, &m.Reactions, &m.Attempts, &author, &quoted.Text, &quoted.Deleted)
	if !sender.ID.IsZero() {
		m.Sender = &sender
	}
	if author != nil {
		quoted.Author = *author
		m.Quoted = &quoted
	}
	m.Answers, m.ReplyTo, m.CopiedFrom, m.SharedAs = export.Ref(answers), export.Ref(replyTo), export.Ref(copied), export.Ref(shared)
	if m.DeletedAt.IsZero() {
		m.System, m.Forwarded = export.NoteOf(note), export.ForwardedOf(forwarded)
	}
	m.Mentions, m.Reactions, m.Attempts = list(m.Mentions), list(m.Reactions), list(m.Attempts)
	return m, err
}

// list is an empty list rather than none.
func list[T any](l []T) []T {
	if l == nil {
		return []T{}
	}
	return l
}

// Account implements exports.Part.
func (t taking) Account(ctx context.Context, person id.ID) (a export.Account, err error) {
	p := &a.Profile
	err = t.tx.QueryRow(ctx, `SELECT u.id, u.username, u.email, u.email_verified_at, u.display_name, u.locale, u.ai_may_read, u.created_at,
		coalesce(b.balance, 0), coalesce(b.held, 0), coalesce(b.owed, 0) FROM users u LEFT JOIN token_balances b ON b.account_id = u.id WHERE u.id = $1`, person).
		Scan(&p.ID, &p.Username, &p.Email, moment{&p.EmailVerifiedAt.Time}, &p.DisplayName, &p.Locale, &p.AIMayRead, moment{&p.CreatedAt.Time},
			&a.Balance.Tokens, &a.Balance.Held, &a.Balance.Owed)
	if err != nil {
		return a, Translate(err)
	}
	rows, err := t.tx.Query(ctx, `SELECT m.room_id, CASE WHEN m.removed_at IS NULL THEN r.name ELSE '' END, CASE WHEN m.removed_at IS NULL THEN m.role ELSE '' END, m.joined_at, m.removed_at
		FROM room_members m JOIN rooms r ON r.id = m.room_id WHERE m.user_id = $1 AND r.deleted_at IS NULL ORDER BY m.room_id`, person)
	a.Rooms, err = collect(rows, err, func(row pgx.CollectableRow) (r export.Room, err error) {
		return r, row.Scan(&r.ID, &r.Name, &r.Role, moment{&r.JoinedAt.Time}, moment{&r.LeftAt.Time})
	})
	if err != nil {
		return a, err
	}
	rows, err = t.tx.Query(ctx, `SELECT id, created_at, expires_at, revoked_at FROM sessions WHERE user_id = $1 ORDER BY id`, person)
	a.Sessions, err = collect(rows, err, func(row pgx.CollectableRow) (s export.Session, err error) {
		return s, row.Scan(&s.ID, moment{&s.CreatedAt.Time}, moment{&s.ExpiresAt.Time}, moment{&s.RevokedAt.Time})
	})
	return a, err
}

// Reactions implements exports.Part.
func (t taking) Reactions(ctx context.Context, person, after id.ID, emoji string, limit int) ([]export.Given, error) {
	rows, err := t.tx.Query(ctx, `SELECT (SELECT room_id FROM messages WHERE id = g.message_id), g.message_id, g.emoji, g.created_at FROM message_reactions g
		WHERE user_id = $1 AND (message_id, emoji) > ($2, $3) ORDER BY message_id, emoji LIMIT $4`, person, lowest(after), emoji, limit)
	return collect(rows, err, func(row pgx.CollectableRow) (g export.Given, err error) {
		return g, row.Scan(&g.RoomID, &g.MessageID, &g.Emoji, moment{&g.CreatedAt.Time})
	})
}

// Transactions implements exports.Part: the lines that the person sees in the web.
func (t taking) Transactions(ctx context.Context, person, before id.ID, limit int) (out []export.Transaction, err error) {
	lines, err := linesOf(ctx, t.tx, person, before, limit)
	for _, l := range lines {
		out = append(out, export.Transaction{ID: l.ID, Kind: string(l.Kind), Amount: l.Amount, Reason: l.Reason, UserID: export.Ref(l.Actor), RoomID: export.Ref(l.Answer.RoomID),
			Provider: l.Answer.Provider, Model: l.Answer.Model, Private: l.Answer.Private, CreatedAt: export.Time{Time: l.At}})
	}
	return out, err
}

// Save implements exports.Part.
func (t taking) Save(ctx context.Context, j job.Job) error {
	_, err := t.tx.Exec(ctx, updateJob, jobValues(j)...)
	return Translate(err)
}
