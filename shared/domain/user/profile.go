package user

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yoriai/yoriai/shared/domain/fault"
)

// MaxDisplayName is how long a name may be that people read, in characters.
const MaxDisplayName = 64

// Changes is what somebody changes of themselves; nil leaves one as it is.
type Changes struct {
	DisplayName *string
	Locale      *Locale
	AIMayRead   *bool
}

// Validate returns validation_failed for what cannot be.
func (c Changes) Validate() error {
	switch {
	case c.DisplayName == nil && c.Locale == nil && c.AIMayRead == nil:
		return fault.Invalid("display_name", "nothing to change")
	case c.DisplayName != nil && !validDisplayName(*c.DisplayName):
		return fault.Invalid("display_name", "must have 1 to 64 characters in one line, something to see, and nothing that cannot be seen")
	case c.Locale != nil && *c.Locale != Japanese && *c.Locale != English:
		return fault.Invalid("locale", "must be ja or en")
	}
	return nil
}

// validDisplayName refuses what would let two names look the same, or turn the text around them: characters that leave no trace.
// Those that join an emoji's parts are part of what is seen.
func validDisplayName(s string) bool {
	const joiner = '\u200D'
	hidden := func(r rune) bool { return r != joiner && !unicode.Is(unicode.Variation_Selector, r) && invisible(r) }
	return utf8.ValidString(s) && Visible(s) && OneLine(s) && utf8.RuneCountInString(s) <= MaxDisplayName && Trim(s) == s && !strings.ContainsFunc(s, hidden)
}

// Apply changes what was wished.
func (c Changes) Apply(u *User) {
	if c.DisplayName != nil {
		u.DisplayName = *c.DisplayName
	}
	if c.Locale != nil {
		u.Locale = *c.Locale
	}
	if c.AIMayRead != nil {
		u.AIMayRead = *c.AIMayRead
	}
}
