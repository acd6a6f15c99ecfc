package user

import (
	"errors"
	"strings"
	"testing"

	"github.com/yoriai/yoriai/shared/domain/fault"
)

func TestWhatMayBeRegistered(t *testing.T) {
	t.Parallel()
	good := Registration{Username: "ann_b-1", Email: "ann@example.org", Password: "correct horse", Locale: English}
	for name, c := range map[string]struct {
		change func(*Registration)
		field  string
	}{
		"all well":                      {func(*Registration) {}, ""},
		"a name of three":               {func(r *Registration) { r.Username = "abc" }, ""},
		"a name in capitals":            {func(r *Registration) { r.Username = "ANN" }, ""},
		"no locale":                     {func(r *Registration) { r.Locale = "" }, ""},
		"a password in Japanese":        {func(r *Registration) { r.Password = strings.Repeat("寄", 10) }, ""},
		"a password of 128":             {func(r *Registration) { r.Password = strings.Repeat("寄", 128) }, ""},
		"a name of two":                 {func(r *Registration) { r.Username = "ab" }, "username"},
		"a name of 33":                  {func(r *Registration) { r.Username = strings.Repeat("a", 33) }, "username"},
		"a name with a space":           {func(r *Registration) { r.Username = "ann b" }, "username"},
		"a name with an at":             {func(r *Registration) { r.Username = "ann@b" }, "username"},
		"a name in Japanese":            {func(r *Registration) { r.Username = "よりあい" }, "username"},
		"a name that folds to ASCII":    {func(r *Registration) { r.Username = "\u212Aann" }, ""}, // the Kelvin sign is a k
		"a name with a zero width":      {func(r *Registration) { r.Username = "ann\u200B" }, "username"},
		"an e-mail with spaces around":  {func(r *Registration) { r.Email = "\u3000ann@example.org " }, ""},
		"an e-mail that ends in U+200B": {func(r *Registration) { r.Email = "ann@example.org\u200B" }, "email"},
		"an e-mail with a joiner":       {func(r *Registration) { r.Email = "a\u200Dnn@example.org" }, "email"},
		"an e-mail with a filler":       {func(r *Registration) { r.Email = "a\u3164nn@example.org" }, "email"},
		"an e-mail in Japanese":         {func(r *Registration) { r.Email = "寄合@例え.jp" }, ""},
		"no e-mail":                     {func(r *Registration) { r.Email = "" }, "email"},
		"an e-mail without at":          {func(r *Registration) { r.Email = "ann" }, "email"},
		"an e-mail without host":        {func(r *Registration) { r.Email = "ann@" }, "email"},
		"an e-mail without name":        {func(r *Registration) { r.Email = "@example.org" }, "email"},
		"two ats":                       {func(r *Registration) { r.Email = "a@b@c" }, "email"},
		"an e-mail with a line":         {func(r *Registration) { r.Email = "a@b\nBcc:c@d" }, "email"},
		"an e-mail that is long":        {func(r *Registration) { r.Email = strings.Repeat("a", 250) + "@b.cd" }, "email"},
		"a password of nine":            {func(r *Registration) { r.Password = strings.Repeat("a", 9) }, "password"},
		"a password of 129":             {func(r *Registration) { r.Password = strings.Repeat("a", 129) }, "password"},
		"a password with a NUL":         {func(r *Registration) { r.Password = "0123456789\x00" }, "password"},
		"a locale that is not spoken":   {func(r *Registration) { r.Locale = "fr" }, "locale"},
	} {
		r := good
		c.change(&r)
		err := r.Normalize().Validate()
		var e *fault.Error
		switch {
		case c.field == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.field != "" && (!errors.As(err, &e) || e.Code != fault.ValidationFailed || len(e.Fields) != 1 || e.Fields[0].Name != c.field):
			t.Errorf("%s: got %v, want %s", name, err, c.field)
		}
	}
}

func TestEveryWrongFieldIsNamed(t *testing.T) {
	t.Parallel()
	var e *fault.Error
	if err := (Registration{}).Normalize().Validate(); !errors.As(err, &e) || len(e.Fields) != 3 {
		t.Fatalf("got %v", err)
	}
}

// However it is typed, what registers a person also signs them in.
func TestNamesHaveOneForm(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"Bob ": "bob", "\tBOB\n": "bob", "\u3000ｂｏｂ\uFEFF": "bob", "ＢＯＢ＿１": "bob_1", "\u212Aann": "kann",
	} {
		registered := Registration{Username: typed, Email: typed + "@x"}.Normalize()
		if login := (Credentials{Login: typed}).Normalize().Login; registered.Username != want || login != want {
			t.Errorf("%+q registers %q and signs in %q", typed, registered.Username, login)
		}
	}
	for typed, want := range map[string]string{" Ann@Example.org\u3000": "Ann@Example.org", "Ａnn＠Example.org": "Ann@Example.org"} {
		if got := (Registration{Email: typed}).Normalize().Email; got != want {
			t.Errorf("%+q registers %q", typed, got)
		}
	}
}
