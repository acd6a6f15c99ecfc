package wire

import (
	"bytes"
	"encoding/json"
)

// MaxAnswer bounds an answer's items as they travel. A function's answer ends at 6 MB with its envelope, which quotes the
// body once more.
const MaxAnswer = 5 << 20

// Fit is how many of the first items one answer holds; never less than one, of which each fits by the limits of its texts.
func Fit[T any](items []T) int {
	total := 0
	for i := range items {
		total += envelopeSize(items[i]) + 1
		if total > MaxAnswer && i > 0 {
			return i
		}
	}
	return len(items)
}

// envelopeSize is the size of a value's JSON within the JSON string that a function's body is.
func envelopeSize(v any) int {
	b := Marshal(v)
	return len(b) + bytes.Count(b, []byte{'"'}) + bytes.Count(b, []byte{'\\'})
}

// Marshal is JSON without the escapes for HTML: nobody puts it into a page, and < would be six times as long.
func Marshal(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err) // the contract's objects always marshal
	}
	return bytes.TrimSuffix(b.Bytes(), []byte{'\n'})
}
