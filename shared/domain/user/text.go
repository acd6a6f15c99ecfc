package user

import (
	"strings"
	"unicode"
)

// Trim cuts white space from both ends as a browser's form does, which also cuts the byte order mark.
func Trim(s string) string { return strings.TrimFunc(s, outer) }

func outer(r rune) bool { return unicode.IsSpace(r) || r == '\uFEFF' }

// Visible says whether a reader would see anything of s: spaces, zero-width and other characters without a shape of their
// own do not count.
func Visible(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return !invisible(r) && !unicode.IsSpace(r) && !unicode.IsMark(r) })
}

// OneLine says whether s stays in its line: lists show names in one.
func OneLine(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp) })
}

// brailleBlank is a braille pattern without a dot.
const brailleBlank = '\u2800'

// invisible is what leaves no trace on the page: controls, zero-width characters, fillers. What Unicode gave out after this
// program was made, such as a new emoji, is taken for visible.
func invisible(r rune) bool {
	return r == brailleBlank || unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Variation_Selector,
		unicode.Other_Default_Ignorable_Code_Point)
}

// canonical is the one form of what people type as a name or an address: without outer white space, and narrow where a
// Japanese keyboard wrote ASCII wide.
func canonical(s string) string { return Trim(strings.Map(narrow, s)) }

func narrow(r rune) rune {
	const wide, last, offset = '！', '～', '！' - '!'
	if r >= wide && r <= last {
		return r - offset
	}
	return r
}
