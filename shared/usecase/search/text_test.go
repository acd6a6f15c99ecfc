package search_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/usecase/search"
)

// found says whether the index would find the text by the query, as PostgreSQL reads both.
func found(t *testing.T, query, text string) bool {
	t.Helper()
	q, err := search.Parse(query)
	if err != nil {
		t.Fatalf("%q: %v", query, err)
	}
	room := id.New()
	lexemes := search.Lexemes(room, text)
	for wanted := range strings.SplitSeq(q.In(room), " & ") {
		bare, begins := strings.CutSuffix(wanted, ":*")
		bare = strings.Trim(bare, "'")
		if !slices.ContainsFunc(lexemes, func(l string) bool { return l == bare || begins && strings.HasPrefix(l, bare) }) {
			return false
		}
	}
	return true
}

func TestWhatIsFoundByWhat(t *testing.T) {
	t.Parallel()
	const meeting = "明日の会議はAIルームで10時からです。ﾊﾝｶｸもＦＵＬＬも。"
	long := strings.Repeat("あいうえお", 20)
	for _, c := range []struct {
		name, query, text string
		index, match      bool
	}{
		{"one character", "会", meeting, true, true},
		{"the last character", "す", meeting, true, true},
		{"the only character", "海", "海", true, true},
		{"two characters", "会議", meeting, true, true},
		{"a long run", "明日の会議は", meeting, true, true},
		{"a very long run", long[:150], "x" + long, true, true},
		{"half-width katakana", "ﾊﾝｶｸ", meeting, true, true},
		{"full width for half", "ハンカク", meeting, true, true},
		{"voiced half-width", "ガギ", "ｶﾞｷﾞ", true, true},
		{"half width for full", "full", meeting, true, true},
		{"full width for half, letters", "ｆｕｌｌ", meeting, true, true},
		{"mixed scripts", "AIルーム", meeting, true, true},
		{"mixed terms", "会議 ai", meeting, true, true},
		{"a number", "10時", meeting, true, true},
		{"another case", "HELLO", "hello world", true, true},
		{"the beginning of a word", "wor", "hello world", true, true},
		{"a composed letter", "cafe\u0301", "café", true, true},
		{"sharp s", "STRASSE", "Straße", true, true},
		{"punctuation in a word", "foo.bar", "see foo.bar there", true, true},
		{"C++", "c++", "I like C++.", true, true},
		{"an emoji", "🎌", "旗🎌です", true, true},
		{"another word", "mars", "hello world", false, false},
		{"the middle of a word", "ello", "hello world", false, true},
		{"the same pairs in another order", "会議議会", "議会 会議議", true, false},
		{"words apart", "foo.bar", "foo and bar", true, false},
		{"one of two terms", "会議 火星", meeting, false, false},
		{"hiragana for katakana", "るーむ", meeting, false, false},
	} {
		if got := found(t, c.query, c.text); got != c.index {
			t.Errorf("%s: the index finds %q: %v", c.name, c.query, got)
		}
		q, _ := search.Parse(c.query)
		if got := q.Matches(c.text); got != c.match {
			t.Errorf("%s: %q matches: %v", c.name, c.query, got)
		}
	}
}

func TestQueriesByWhichNothingCanBeFound(t *testing.T) {
	t.Parallel()
	for name, query := range map[string]string{
		"nothing": "", "spaces": " \t　", "1,000 characters": strings.Repeat("語", 1000), "U+0000": "a\x00b", "broken UTF-8": "a\xffb",
		"operators of a tsquery": "& | ! <-> ( ) : *", "quotes": `'"\`, "a selector": "\uFE0F",
	} {
		if _, err := search.Parse(query); !fault.Is(err, fault.ValidationFailed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := search.Parse(strings.Repeat("語", search.MaxQuery)); err != nil {
		t.Errorf("200 characters: %v", err)
	}
}

// Whatever is typed, nothing of it is an operator.
func TestAQueryHoldsNoOperators(t *testing.T) {
	t.Parallel()
	q, err := search.Parse(`a'); DROP TABLE messages; -- & !b <-> "c":*\`)
	if err != nil {
		t.Fatal(err)
	}
	room := id.New()
	for part := range strings.SplitSeq(q.In(room), " & ") {
		bare := strings.TrimSuffix(strings.TrimPrefix(strings.TrimSuffix(part, ":*"), "'"), "'")
		if strings.ContainsAny(bare, `'"\&|!<>:*() `) {
			t.Errorf("%s", part)
		}
	}
}

func TestLexemesStayWithinWhatPostgreSQLAdmits(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for c := range 20_000 {
		for d := range 8 {
			b.WriteRune(rune(0x4E00 + c))
			b.WriteRune(rune(0x4E00 + (c*31+d*7)%20_000))
		}
	}
	total := 0
	for _, l := range search.Lexemes(id.New(), b.String()) {
		total += len(l)
	}
	if total < 500_000 || total > 1<<20 {
		t.Fatalf("%d bytes", total)
	}
	if l := search.Lexemes(id.New(), strings.Repeat("a", 5000)); len(l) != 1 || len(l[0]) > 100 {
		t.Fatalf("%v", l)
	}
	// Each room has its own.
	one, two := search.Lexemes(id.New(), "です"), search.Lexemes(id.New(), "です")
	if slices.ContainsFunc(one, func(l string) bool { return slices.Contains(two, l) }) {
		t.Errorf("%v and %v share lexemes", one, two)
	}
}

func TestAnExcerptShowsWhereTheWordsStand(t *testing.T) {
	t.Parallel()
	q, err := search.Parse("ｶﾞﾗｽ hello")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Repeat("前", 100) + "これはｶﾞﾗｽとガラスです。" + strings.Repeat("後", 30) + "HELLO" + strings.Repeat("末", 300)
	e := q.Excerpt(text)
	runes := []rune(e.Text)
	if len(runes) != 200 || !strings.Contains(text, e.Text) {
		t.Fatalf("%d characters: %s", len(runes), e.Text)
	}
	var words []string
	for _, m := range e.Matches {
		words = append(words, string(runes[m.Start:m.End]))
	}
	if got := strings.Join(words, " "); got != "ｶﾞﾗｽ ガラス HELLO" {
		t.Fatalf("%q", got)
	}
	if short := q.Excerpt("hello"); short.Text != "hello" || len(short.Matches) != 1 || short.Matches[0] != (search.Range{Start: 0, End: 5}) {
		t.Fatalf("%+v", short)
	}
}
