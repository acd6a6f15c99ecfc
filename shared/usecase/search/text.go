package search

import (
	"encoding/base64"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"github.com/yoriai/yoriai/shared/domain/id"
)

const (
	// maxWord is how much of a word can be found, in code points.
	maxWord = 64
	// maxIndexed is how many bytes of lexemes one message has at most: PostgreSQL admits 1 MiB. What stands further back in
	// a text of that size is not found.
	maxIndexed = 900_000
)

// normal is the one form in which texts and queries are compared: NFKC makes half-width katakana and full-width letters what
// they stand for, and case does not count.
func normal(s string) string {
	if ascii(s) {
		return strings.ToLower(s)
	}
	return norm.NFKC.String(cases.Fold().String(norm.NFKC.String(s)))
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// Lexemes are what a text of a room is found by, each once: its words, and the pairs of neighbours where words are not set
// apart. The last character of such a run stands alone, so that each can be found by its beginning.
func Lexemes(room id.ID, text string) []string {
	key := keyOf(room)
	seen := map[string]bool{}
	list := []string{}
	size := 0
	add := func(s string) bool {
		if seen[s] {
			return true
		}
		if size += len(key) + len(s); size > maxIndexed {
			return false
		}
		seen[s] = true
		list = append(list, key+s)
		return true
	}
	for _, r := range runs(normal(text)) {
		for _, s := range append(r.parts(), r.last()...) {
			if !add(s) {
				return list
			}
		}
	}
	return list
}

// keyOf is short: two rooms may share one, since hits are held against the room's whole id.
func keyOf(room id.ID) string { return base64.RawURLEncoding.EncodeToString(room[12:]) }

// run is an unbroken stretch of a text: a word, or characters of a script that sets none apart.
type run struct {
	text  []rune
	pairs bool
}

// parts are the word, or each pair of neighbours.
func (r run) parts() []string {
	if !r.pairs {
		return []string{string(r.text[:min(len(r.text), maxWord)])}
	}
	var list []string
	for i := range len(r.text) - 1 {
		list = append(list, string(r.text[i:i+2]))
	}
	return list
}

// last is the character that begins no pair.
func (r run) last() []string {
	if !r.pairs {
		return nil
	}
	return []string{string(r.text[len(r.text)-1:])}
}

func runs(text string) (list []run) {
	const nothing, word, pair = 0, 1, 2
	before := nothing
	for _, c := range text {
		kind := nothing
		switch {
		case unicode.Is(unicode.Variation_Selector, c):
		case unspaced(c):
			kind = pair
		case unicode.IsLetter(c), unicode.IsNumber(c), unicode.IsMark(c):
			kind = word
		}
		switch {
		case kind == nothing:
		case kind == before:
			last := &list[len(list)-1]
			last.text = append(last.text, c)
		default:
			list = append(list, run{text: []rune{c}, pairs: kind == pair})
		}
		before = kind
	}
	return list
}

// unspaced says whether a character is of a script that sets no words apart, or a picture.
func unspaced(c rune) bool {
	const prolonged, closing = 'ー', '〆' // common to several scripts
	return unicode.In(c, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar, unicode.So) ||
		c == prolonged || c == closing
}
