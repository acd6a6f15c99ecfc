package message

import (
	"slices"
	"unicode"
	"unicode/utf8"

	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
)

// MaxReactions is how many kinds of reactions one message may have.
const MaxReactions = 20

// Reaction is how often a message was answered with an emoji, in the order in which each was first given.
type Reaction struct {
	Emoji string
	Count int
	// Mine says whether the reader is one of them.
	Mine bool
	// First are those who gave it first, at most MaxGivers.
	First []id.ID
	// By is who they are; it is read only where each of many readers is told their own.
	By []id.ID
}

// MaxGivers is how many of those who gave a reaction are named.
const MaxGivers = 5

// maxEmoji bounds one emoji, in code points: families and flags of regions have the most.
const maxEmoji = 16

const (
	joiner       = '\u200D'
	asPicture    = '\uFE0F'
	keycap       = '\u20E3'
	firstFlag    = '\U0001F1E6'
	lastFlag     = '\U0001F1FF'
	firstTone    = '\U0001F3FB'
	lastTone     = '\U0001F3FF'
	blackFlag    = '\U0001F3F4'
	firstTag     = '\U000E0020'
	lastTag      = '\U000E007E'
	cancelOfTags = '\U000E007F'
)

// Emoji reads one emoji as Unicode builds them (UTS #51) and gives it its one form: a character that would be shown as text
// is told to be a picture, one that is a picture anyway is not. Returns validation_failed for anything else.
func Emoji(text string) (string, error) {
	if len(text) <= maxEmoji*utf8.UTFMax && utf8.ValidString(text) {
		e := emoji{rest: []rune(text)}
		if len(e.rest) <= maxEmoji && e.sequence() && len(e.rest) == 0 {
			return string(e.form), nil
		}
	}
	return "", fault.Invalid("emoji", "must be one emoji")
}

// emoji reads from rest into form.
type emoji struct{ rest, form []rune }

func (e *emoji) next(is func(c rune) bool) bool {
	if len(e.rest) == 0 || !is(e.rest[0]) {
		return false
	}
	e.form, e.rest = append(e.form, e.rest[0]), e.rest[1:]
	return true
}

func (e *emoji) sequence() bool {
	switch {
	case e.next(isKey):
		e.skip(asPicture)
		e.form = append(e.form, asPicture)
		return e.next(only(keycap))
	case e.next(between(firstFlag, lastFlag)):
		return e.next(between(firstFlag, lastFlag))
	case len(e.rest) > 2 && e.rest[0] == blackFlag && between(firstTag, lastTag)(e.rest[1]):
		e.next(only(blackFlag))
		for e.next(between(firstTag, lastTag)) {
		}
		return e.next(only(cancelOfTags))
	}
	for e.picture() {
		if !e.next(only(joiner)) {
			return true
		}
	}
	return false
}

// picture is one character, with a tone or the selector that makes it a picture.
func (e *emoji) picture() bool {
	if !e.next(isPicture) {
		return false
	}
	base := e.form[len(e.form)-1]
	selected := e.skip(asPicture)
	toned := e.next(between(firstTone, lastTone))
	if !toned && !unicode.Is(colourful, base) {
		// Within a sequence, too: each form is written once, however it was typed.
		e.form = append(e.form, asPicture)
	}
	return !(toned && selected && unicode.Is(colourful, base))
}

func (e *emoji) skip(c rune) bool {
	if len(e.rest) == 0 || e.rest[0] != c {
		return false
	}
	e.rest = e.rest[1:]
	return true
}

func only(c rune) func(rune) bool { return func(other rune) bool { return other == c } }

func between(first, last rune) func(rune) bool {
	return func(c rune) bool { return c >= first && c <= last }
}

func isKey(c rune) bool { return c == '#' || c == '*' || c >= '0' && c <= '9' }

func isPicture(c rune) bool { return unicode.Is(pictographic, c) }

// Reacts says whether the emoji stands at the message, and whether the reader gave it.
func (m Message) Reacts(emoji string) (there, mine bool) {
	i := slices.IndexFunc(m.Reactions, func(r Reaction) bool { return r.Emoji == emoji })
	return i >= 0, i >= 0 && m.Reactions[i].Mine
}

// WithReaction is the message after the reader gave an emoji, or took it back.
func (m Message) WithReaction(reader id.ID, emoji string, given bool) Message {
	list := slices.Clone(m.Reactions)
	i := slices.IndexFunc(list, func(r Reaction) bool { return r.Emoji == emoji })
	switch {
	case given && i < 0:
		list = append(list, Reaction{Emoji: emoji, Count: 1, Mine: true, First: []id.ID{reader}})
	case given:
		list[i].Count++
		list[i].Mine = true
		if len(list[i].First) < MaxGivers {
			list[i].First = append(slices.Clone(list[i].First), reader)
		}
	case list[i].Count > 1:
		list[i].Count--
		list[i].Mine = false
		list[i].First = slices.DeleteFunc(slices.Clone(list[i].First), func(v id.ID) bool { return v == reader })
	default:
		list = slices.Delete(list, i, i+1)
	}
	m.Reactions = list
	return m
}
