package message_test

import (
	"strings"
	"testing"

	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/message"
)

func TestOneEmojiOfUnicodeIsAReaction(t *testing.T) {
	t.Parallel()
	for text, form := range map[string]string{
		"👍": "👍", "👍🏽": "👍🏽", "❤️": "❤️", "❤": "❤️", "👍\uFE0F": "👍", "☺": "☺️", "🎌": "🎌", "🇯🇵": "🇯🇵", "1️⃣": "1️⃣", "1⃣": "1️⃣", "#️⃣": "#️⃣",
		"👨‍👩‍👧‍👦": "👨‍👩‍👧‍👦", "🏳️‍🌈": "🏳️‍🌈", "🏳‍🌈": "🏳️‍🌈", "🏴󠁧󠁢󠁥󠁮󠁧󠁿": "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "👩🏽‍❤️‍💋‍👨🏿": "👩🏽‍❤️‍💋‍👨🏿", "🫩": "🫩", "🏋🏽‍♀️": "🏋🏽‍♀️", "©": "©️", "〰️": "〰️",
	} {
		got, err := message.Emoji(text)
		if err != nil || got != form {
			t.Errorf("%q: %q, want %q (%v)", text, got, form, err)
		}
	}
}

func TestWhatIsNoEmojiIsNoReaction(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"nothing": "", "letters": "abc", "one letter": "a", "a digit": "1", "kana": "あ", "two emoji": "👍👍", "an emoji and a letter": "👍a",
		"10,000 characters": strings.Repeat("👍", 10_000), "a lone joiner": "\u200D", "a joiner at the end": "👨\u200D", "half a flag": "🇯", "three halves": "🇯🇵🇯",
		"a selector": "\uFE0F", "a family without end": strings.Repeat("👨‍", 40) + "👨", "tags without an end": "🏴\U000E0067\U000E0062", "broken UTF-8": "\xF0\x9F\x91",
		"a space": " 👍", "two tones": "👍🏽🏽", "markup": "<b>",
	} {
		if got, err := message.Emoji(text); !fault.Is(err, fault.ValidationFailed) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}
