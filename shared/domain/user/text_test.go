package user

import (
	"strings"
	"testing"
)

func TestWhatAReaderSees(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"": false, " \t\u3000\u00A0": false, "\u200B": false, "\u200B\u200C\u200D\u2060\uFEFF": false, "\u00AD": false,
		"\u3164\u115F\u1160\uFFA0": false, "\u2800": false, "\u034F\uFE0F\u180E": false, "\u202E\u2066": false, "\u0301": false,
		"\x00\x1b": false, "\U000E0041": false, "\u2028": false,
		"a": true, "寄合": true, "\u200Ba": true, "👩\u200D💻": true, "☕\uFE0F": true, ".": true, "か\u3099": true, "한": true, "\U0001FAE9": true,
	} {
		if got := Visible(text); got != want {
			t.Errorf("%+q: %v", text, got)
		}
	}
}

func TestTrimCutsWhatAFormCuts(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		" Bob ": "Bob", "\u3000寄合\u3000\n": "寄合", "\uFEFFBob\u00A0": "Bob", "a b": "a b", "": "", "\u3000": "",
	} {
		if got := Trim(text); got != want {
			t.Errorf("%+q: %+q", text, got)
		}
	}
}

func TestNamesAndGroupsStayInOneLine(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{"Family": true, "家族 👨‍👩‍👧": true, "": false, "\u200B": false, "a\nb": false, "a\u2028b": false, "a\x00": false, strings.Repeat("語", MaxGroupName): true, strings.Repeat("語", MaxGroupName+1): false} {
		if got := ValidateGroupName(name) == nil; got != want {
			t.Errorf("%+q: %v", name, got)
		}
	}
}
