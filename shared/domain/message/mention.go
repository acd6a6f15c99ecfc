package message

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yoriai/yoriai/shared/domain/id"
)

// MaxMentions is how many people one message may name.
const MaxMentions = 50

// MentionKind says who is meant.
type MentionKind string

// The kinds of mentions.
const (
	MentionsUser MentionKind = "user"
	MentionsAI   MentionKind = "ai"
	MentionsAll  MentionKind = "all"
)

// Mention marks that a text names somebody: by id, so that a later name does not break it. Name is what stands behind the @.
type Mention struct {
	Kind   MentionKind
	UserID id.ID // of a person
	Name   string
}

// StandsIn says whether the text names them: @ and the name, whatever its case, and no more of a name before or behind.
func (m Mention) StandsIn(text string) bool {
	text, name := strings.ToLower(text), "@"+strings.ToLower(m.Name)
	for from := 0; ; {
		at := strings.Index(text[from:], name)
		if at < 0 {
			return false
		}
		start, end := from+at, from+at+len(name)
		before, _ := utf8.DecodeLastRuneInString(text[:start])
		behind, _ := utf8.DecodeRuneInString(text[end:])
		if !ofName(before) && !ofName(behind) {
			return true
		}
		from = end
	}
}

// ofName is what names are made of. Other letters may stand right beside a mention: Japanese sets no words apart.
func ofName(c rune) bool {
	return c == '_' || c == '-' || c < utf8.RuneSelf && (unicode.IsLetter(c) || unicode.IsDigit(c))
}
