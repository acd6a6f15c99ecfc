package s3_test

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/yoriai/yoriai/shared/adapter/s3/s3test"
)

// A file of several pieces appears as a whole, and of one that breaks off nothing is left, not even what was sent.
func TestALongFileIsThereAsAWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	b := s3test.New(t)
	for name, size := range map[string]int{"empty": 0, "short": 10, "a piece": 8 << 20, "three pieces": 20<<20 + 7} {
		want := make([]byte, size)
		random := rand.NewChaCha8([32]byte{1})
		_, _ = random.Read(want)
		length, err := b.Upload(t.Context(), name, func(w io.Writer) error {
			// In bites that are not those of the pieces.
			for bite := range slices.Chunk(want, 3_000_001) {
				if _, err := w.Write(bite); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || length != int64(size) {
			t.Fatalf("%s: %d %v", name, length, err)
		}
		if got, err := b.Read(t.Context(), name); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %d bytes of %d, %v", name, len(got), size, err)
		}
	}
	before := s3test.Keys(t, b)
	broken := errors.New("broken")
	if _, err := b.Upload(t.Context(), "broken", func(w io.Writer) error {
		_, err := w.Write(make([]byte, 9<<20))
		return errors.Join(err, broken)
	}); !errors.Is(err, broken) {
		t.Error(err)
	}
	if after := s3test.Keys(t, b); !slices.Equal(after, before) {
		t.Errorf("left: %v", after)
	}
}

func TestWhatIsRemovedTwiceIsGone(t *testing.T) {
	t.Parallel()
	b := s3test.New(t)
	for range 2 {
		if err := b.Put(t.Context(), "x", []byte("one")); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		if err := b.Remove(t.Context(), []string{"x", "never"}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := b.Read(t.Context(), "x"); err == nil {
		t.Error("it is still there")
	}
}
