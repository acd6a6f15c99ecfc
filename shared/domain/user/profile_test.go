package user

import (
	"strings"
	"testing"
)

func TestNamesThatPeopleReadAreWhatTheyLookLike(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"Aki": true, "寄合 花子": true, "Ann 👩‍💻": true, "☕️": true, strings.Repeat("語", 64): true, "O'Neil": true,
		"": false, " ": false, "\u200B": false, strings.Repeat("語", 65): false, "Aki\u200B": false, "\u202EikA": false, "Aki\nMei": false,
		"Aki\u2066": false, "A\u00ADki": false, "Aki\x00": false, "Aki\u3164": false, " Aki": false, "\xff": false, "\U000E0041ki": false, "\u200D": false,
	} {
		if got := (Changes{DisplayName: &name}).Validate() == nil; got != want {
			t.Errorf("%+q: %v", name, got)
		}
	}
	french := Locale("fr")
	if (Changes{}).Validate() == nil || (Changes{Locale: &french}).Validate() == nil {
		t.Error("nothing, or a language that is not spoken, was taken")
	}
}
