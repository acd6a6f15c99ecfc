package exports

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"

	"github.com/yoriai/yoriai/shared/domain/export"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
)

// Keys are made of the job's id and a part's number: whoever writes a part twice writes the same.
func partKey(jobID id.ID, number int) string { return fmt.Sprintf("%s/part-%05d.gz", jobID, number) }
func fileKey(jobID id.ID) string             { return jobID.String() + "/export.zip" }

func partKeys(jobID id.ID, parts int) (keys []string) {
	for number := 1; number <= parts; number++ {
		keys = append(keys, partKey(jobID, number))
	}
	return keys
}

// writing is one part while it is written: what is held of it is compressed, and a page's row.
type writing struct {
	s     Scene
	w     wish
	c     *cursor
	part  Part
	topic export.Topic

	made export.Part
	body bytes.Buffer
	zip  *gzip.Writer
}

// Write implements io.Writer.
func (t *writing) Write(b []byte) (int, error) {
	t.made.Bytes += int64(len(b))
	return t.zip.Write(b)
}

func (t *writing) full() bool { return t.made.Entries >= maxEntries || t.made.Bytes >= maxBytes }

// line writes an object as a line of its own. Nothing in it ends a line.
func (t *writing) line(v any) error {
	encoder := json.NewEncoder(t)
	encoder.SetEscapeHTML(false)
	t.made.Entries++
	return encoder.Encode(v)
}

// write makes the topic's next part, and moves the cursor: on in the topic, or to the next one.
func (t *writing) write(ctx context.Context) ([]byte, error) {
	number := 1
	for _, p := range t.c.Parts {
		if p.Topic == t.topic {
			number++
		}
	}
	t.made = export.Part{Name: export.PartName(t.topic, number, t.w.Format), Topic: t.topic}
	t.zip = gzip.NewWriter(&t.body)
	var end bool
	var err error
	switch t.topic {
	case export.Profiles:
		end, err = true, t.account(ctx)
	case export.Messages:
		end, err = t.messages(ctx, number == 1)
	case export.Reactions:
		end, err = t.reactions(ctx)
	case export.Transactions:
		end, err = t.transactions(ctx)
	}
	if err != nil {
		return nil, err
	}
	if err := t.zip.Close(); err != nil {
		return nil, err
	}
	t.c.Parts = append(t.c.Parts, t.made)
	if end {
		t.c.Topic, t.c.After, t.c.Emoji = t.c.Topic+1, id.ID{}, ""
	}
	return t.body.Bytes(), nil
}

func (t *writing) messages(ctx context.Context, first bool) (end bool, err error) {
	paper := export.PageIn(t.s.Locale)
	if first && t.w.Format == export.Markdown {
		if err := paper.Head(t, t.s.Room.Name, t.s.Job.CreatedAt); err != nil {
			return false, err
		}
	}
	for !t.full() {
		q := Query{RoomID: t.s.Job.RoomID, Person: t.s.Job.RequestedBy, After: t.c.After, Until: t.w.Until, Limit: page}
		seen, err := t.part.Messages(ctx, q, func(m export.Message) (bool, error) {
			t.c.After = m.ID
			t.count(m)
			if t.w.Format == export.Markdown {
				t.made.Entries++
				return !t.full(), paper.Message(t, m)
			}
			err := t.line(m)
			return !t.full(), err
		})
		if err != nil || seen < page && !t.full() {
			return err == nil, err
		}
	}
	return false, nil
}

func (t *writing) count(m export.Message) {
	if m.Visibility == message.Private {
		t.made.Private++
	}
	// One's own messages in all rooms are in no room's order.
	if m.Sequence == nil || t.s.Job.RoomID.IsZero() {
		return
	}
	if t.made.First == 0 {
		t.made.First = *m.Sequence
	}
	t.made.Last = *m.Sequence
}

func (t *writing) account(ctx context.Context) error {
	a, err := t.part.Account(ctx, t.s.Job.RequestedBy)
	if err != nil {
		return err
	}
	return t.line(a)
}

func (t *writing) reactions(ctx context.Context) (end bool, err error) {
	for !t.full() {
		list, err := t.part.Reactions(ctx, t.s.Job.RequestedBy, t.c.After, t.c.Emoji, page)
		if err != nil {
			return false, err
		}
		for _, g := range list {
			t.c.After, t.c.Emoji = g.MessageID, g.Emoji
			if err := t.line(g); err != nil {
				return false, err
			}
		}
		if len(list) < page {
			return true, nil
		}
	}
	return false, nil
}

func (t *writing) transactions(ctx context.Context) (end bool, err error) {
	for !t.full() {
		list, err := t.part.Transactions(ctx, t.s.Job.RequestedBy, t.c.After, page)
		if err != nil {
			return false, err
		}
		for _, entry := range list {
			t.c.After = entry.ID
			if err := t.line(entry); err != nil {
				return false, err
			}
		}
		if len(list) < page {
			return true, nil
		}
	}
	return false, nil
}
