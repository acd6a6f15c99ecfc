package export

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/yoriai/yoriai/shared/domain/message"
)

// Page writes messages as Markdown for people. What somebody said stands in a block quote of its own, each line of it: whatever it holds,
// headings, fences that nobody closes, ends with the quote.
type Page struct{ words words }

// PageIn writes in a language.
func PageIn(locale string) Page { return Page{in(locale)} }

// Head is what stands over the first message.
func (p Page) Head(w io.Writer, room string, until time.Time) error {
	_, err := fmt.Fprintf(w, "# %s\n\n%s\n", escape(room), fill(p.words.title, "at", minute(until)))
	return err
}

// Message writes one message.
func (p Page) Message(w io.Writer, m Message) error {
	if m.System != nil && m.DeletedAt.IsZero() {
		_, err := fmt.Fprintf(w, "\n---\n\n*%s* · %s\n", p.words.note(*m.System), minute(m.CreatedAt.Time))
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\n### %s · %s%s\n\n", p.author(m), minute(m.CreatedAt.Time), p.marks(m))
	if m.Quoted != nil {
		text := escape(m.Quoted.Text)
		if m.Quoted.Deleted {
			text = "*" + p.words.deleted + "*"
		}
		name := m.Quoted.Author
		if name == "" {
			name = p.words.ai
		}
		fmt.Fprintf(&b, "%s %s\n\n", fill(p.words.replyTo, "name", escape(name)), text)
	}
	if m.Forwarded != nil && m.DeletedAt.IsZero() {
		fmt.Fprintf(&b, "*%s*\n\n", fill(p.words.forwarded, "name", escape(m.Forwarded.Author), "at", minute(m.Forwarded.At.Time)))
	}
	switch {
	case !m.DeletedAt.IsZero():
		fmt.Fprintf(&b, "*%s*\n", p.words.deleted)
	case m.Content != "":
		quote(&b, m.Content)
	}
	if len(m.Reactions) > 0 {
		fmt.Fprintf(&b, "\n%s %s\n", p.words.reactions, given(m.Reactions))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (p Page) author(m Message) string {
	switch {
	case m.Sender != nil:
		return escape(m.Sender.Name())
	case m.Type != message.AI:
		return p.words.somebody
	}
	model := ""
	for _, a := range m.Attempts {
		if model == "" || a.Attempt == m.ContentAttempt {
			model = a.Model
		}
	}
	if model == "" {
		return p.words.ai
	}
	return p.words.ai + " · " + escape(model)
}

// marks says what is not as usual.
func (p Page) marks(m Message) string {
	var marks []string
	if m.Visibility == message.Private {
		marks = append(marks, p.words.private)
	}
	if !m.EditedAt.IsZero() && m.DeletedAt.IsZero() {
		marks = append(marks, p.words.edited)
	}
	if word, odd := map[message.Status]string{message.Pending: p.words.waits, message.Streaming: p.words.waits, message.Failed: p.words.failed, message.Cancelled: p.words.cancelled}[m.Status]; odd && m.DeletedAt.IsZero() {
		marks = append(marks, word)
	}
	if len(marks) == 0 {
		return ""
	}
	return " (" + strings.Join(marks, ", ") + ")"
}

func given(reactions []Reaction) string {
	var order []string
	by := map[string][]string{}
	for _, r := range reactions {
		if by[r.Emoji] == nil {
			order = append(order, r.Emoji)
		}
		by[r.Emoji] = append(by[r.Emoji], escape(r.User.Name()))
	}
	for i, emoji := range order {
		order[i] = escape(emoji) + " " + strings.Join(by[emoji], ", ")
	}
	return strings.Join(order, " · ")
}

// ends are what ends a line for Markdown or for who looks at it.
var ends = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n", "\u0085", "\n", "\v", "\n", "\f", "\n")

func quote(b *strings.Builder, text string) {
	for line := range strings.SplitSeq(strings.TrimRight(ends.Replace(text), "\n"), "\n") {
		if line == "" {
			b.WriteString(">\n")
			continue
		}
		b.WriteString("> " + line + "\n")
	}
}

// special are the characters that mean something to Markdown in the middle of a line.
var special = strings.NewReplacer(`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", `\<`, ">", `\>`, "#", `\#`, "|", `\|`, "~", `\~`, "&", `\&`)

// escape makes a text mean itself, in one line.
func escape(text string) string {
	return special.Replace(strings.Join(strings.Fields(ends.Replace(text)), " "))
}

func minute(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }
