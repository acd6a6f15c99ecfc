package ai

import "unicode"

// perMessage is what a provider adds around each message.
const perMessage = 4

// Estimate is a cheap count of the tokens of a text, by script. It errs on the high side: people are told a price before
// it is paid. Weights are hundredths of a token for each code point.
func Estimate(text string) int {
	total := 0
	word := 0 // letters of the Latin word at hand
	flush := func() {
		if word > 0 {
			// A common word is one token; long ones break every six letters or so.
			total += 100 + max(0, word-7)*17
			word = 0
		}
	}
	for _, r := range text {
		if r < 0x250 && unicode.IsLetter(r) {
			word++
			if r > 0x7F {
				total += 30
			}
			continue
		}
		flush()
		total += weight(r)
	}
	flush()
	return perMessage + (total+99)/100
}

func weight(r rune) int {
	switch {
	case r == ' ':
		return 3
	case r == '\n' || r == '\t':
		return 40
	case unicode.IsDigit(r):
		return 40
	case unicode.In(r, unicode.Hiragana, unicode.Katakana):
		return 72
	case unicode.Is(unicode.Han, r):
		return 92
	case unicode.Is(unicode.Hangul, r):
		return 80
	case unicode.IsLetter(r):
		return 45
	case r > 0xFFFF:
		return 220
	default:
		return 70
	}
}
