package search

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
)

// MaxQuery is how long a query may be, in code points.
const MaxQuery = 200

// Query is what somebody looks for: a text matches that holds each of its terms.
type Query struct{ terms []string }

// Parse reads a query. Returns validation_failed for one that is too long, or by which nothing can be found.
func Parse(text string) (Query, error) {
	switch {
	case !utf8.ValidString(text), strings.ContainsRune(text, 0):
		return Query{}, fault.Invalid("query", "must be valid UTF-8 without U+0000")
	case utf8.RuneCountInString(text) > MaxQuery:
		return Query{}, fault.Invalid("query", "must have at most 200 characters")
	}
	q := Query{terms: strings.Fields(normal(text))}
	if len(q.lexemes()) == 0 {
		return Query{}, fault.Invalid("query", "must hold a letter, a digit or a picture")
	}
	return q, nil
}

type lexeme struct {
	text   string
	begins bool // others may begin with it
}

func (q Query) lexemes() (list []lexeme) {
	for _, term := range q.terms {
		for _, r := range runs(term) {
			if !r.pairs || len(r.text) == 1 {
				list = append(list, lexeme{string(r.text[:min(len(r.text), maxWord)]), true})
				continue
			}
			for _, pair := range r.parts() {
				list = append(list, lexeme{pair, false})
			}
		}
	}
	return list
}

// In is the query against the lexemes of one room, in the notation of a tsquery. Lexemes hold letters, numbers, marks and
// pictures only, so nothing in them means anything to it.
func (q Query) In(room id.ID) string {
	key := keyOf(room)
	var b strings.Builder
	for i, l := range q.lexemes() {
		if i > 0 {
			b.WriteString(" & ")
		}
		b.WriteString("'" + key + l.text + "'")
		if l.begins {
			b.WriteString(":*")
		}
	}
	return b.String()
}

// Matches says whether a text holds each term: the index finds the same pairs in another order, too.
func (q Query) Matches(text string) bool {
	text = normal(text)
	for _, term := range q.terms {
		if !strings.Contains(text, term) {
			return false
		}
	}
	return true
}

// Excerpt is the part of a text around the first term in it, with where the terms stand in that part, in code points.
type Excerpt struct {
	Text    string
	Matches []Range
}

// Range is from Start up to, but not including, End.
type Range struct{ Start, End int }

const (
	excerptBefore = 40
	excerptLength = 200
	maxRanges     = 20
)

// Excerpt cuts a text around what was found.
func (q Query) Excerpt(text string) Excerpt {
	f := foldWithPlaces(text)
	var all []Range
	for _, term := range q.terms {
		for from := 0; len(all) < maxRanges; {
			at := strings.Index(f.text[from:], term)
			if at < 0 {
				break
			}
			start, end := from+at, from+at+len(term)
			all = append(all, Range{f.places[start], f.places[end-1] + f.widths[end-1]})
			from = end
		}
	}
	runes := []rune(text)
	first := 0
	if len(all) > 0 {
		first = all[0].Start
	}
	from := max(0, first-excerptBefore)
	to := min(len(runes), from+excerptLength)
	e := Excerpt{Text: string(runes[from:to])}
	for _, r := range all {
		if r.Start >= from && r.End <= to {
			e.Matches = append(e.Matches, Range{r.Start - from, r.End - from})
		}
	}
	return e
}

// folded is a text in the form in which it is compared, and where in the original each of its bytes comes from: the first
// code point of a stretch that is normalised as one, and how many it has.
type folded struct {
	text           string
	places, widths []int
}

func foldWithPlaces(text string) (f folded) {
	var b strings.Builder
	fold := cases.Fold()
	place := 0
	for len(text) > 0 {
		n := norm.NFKC.NextBoundaryInString(text, true)
		segment := text[:n]
		width := utf8.RuneCountInString(segment)
		form := norm.NFKC.String(fold.String(norm.NFKC.String(segment)))
		b.WriteString(form)
		for range len(form) {
			f.places, f.widths = append(f.places, place), append(f.widths, width)
		}
		place += width
		text = text[n:]
	}
	f.text = b.String()
	return f
}
