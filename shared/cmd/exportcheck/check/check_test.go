package check_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/yoriai/yoriai/shared/cmd/exportcheck/check"
	"github.com/yoriai/yoriai/shared/domain/export"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
)

// file is an export before it is packed: its parts by name, in order.
type file struct {
	manifest export.Manifest
	names    []string
	texts    map[string]string
}

func (f *file) packed(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	manifest, err := json.Marshal(f.manifest)
	if err != nil {
		t.Fatal(err)
	}
	f.texts[export.ManifestName] = string(manifest)
	for _, name := range append([]string{export.ManifestName}, f.names...) {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write([]byte(f.texts[name]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// right is a room of six messages in two parts; the third of them is private.
func right(t *testing.T) *file {
	t.Helper()
	now := time.Now().Truncate(time.Millisecond)
	aki := export.Person{ID: id.New(), Username: "aki"}
	room := id.New()
	f := &file{texts: map[string]string{}, manifest: export.Manifest{Format: "yoriai-export", Version: export.Version, Kind: export.OfRoom, Messages: export.JSON, JobID: id.New(),
		RequestedBy: aki, RequestedAt: export.Time{Time: now}, Room: &export.RoomSummary{ID: room, Name: "Kyoto", OwnerID: aki.ID, CreatedAt: export.Time{Time: now}}}}
	sequence, place := int64(0), id.Floor(now).Place()
	for number := 1; number <= 2; number++ {
		part := export.Part{Name: export.PartName(export.Messages, number, export.JSON), Topic: export.Messages}
		var text strings.Builder
		for i := range 3 {
			place = place.After()
			m := export.Message{ID: place.ID(), RoomID: room, Type: message.Human, Status: message.Completed, Visibility: message.Public, Sender: &aki, Content: "said",
				Mentions: []export.Mention{}, Reactions: []export.Reaction{}, Attempts: []export.Attempt{}, CreatedAt: export.Time{Time: now}}
			if number == 1 && i == 2 {
				m.Visibility = message.Private
				part.Private++
			} else {
				sequence++
				n := sequence
				m.Sequence = &n
				if part.First == 0 {
					part.First = n
				}
				part.Last = n
			}
			line, err := json.Marshal(m)
			if err != nil {
				t.Fatal(err)
			}
			text.Write(append(line, '\n'))
			part.Entries++
		}
		part.Bytes = int64(text.Len())
		f.manifest.Parts = append(f.manifest.Parts, part)
		f.names = append(f.names, part.Name)
		f.texts[part.Name] = text.String()
	}
	return f
}

// change changes the text of a part, and what the manifest says of its length.
func (f *file) change(number int, from, to string) {
	part := &f.manifest.Parts[number-1]
	text := strings.Replace(f.texts[part.Name], from, to, 1)
	f.texts[part.Name], part.Bytes = text, int64(len(text))
}

func TestARightFileIsRight(t *testing.T) {
	t.Parallel()
	packed := right(t).packed(t)
	report, err := check.Zip(bytes.NewReader(packed), int64(len(packed)))
	if err != nil || len(report.Wrong) > 0 || report.Messages != 6 || report.Private != 1 || report.Last != 5 {
		t.Errorf("%v %+v", err, report)
	}
}

func TestWhatIsWrongIsTold(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		do   func(f *file)
		want string
	}{
		"a hole":              {func(f *file) { f.change(1, `"sequence":2`, `"sequence":3`) }, "number 3 follows 1"},
		"a double":            {func(f *file) { f.change(2, `"sequence":4`, `"sequence":3`) }, "number 3 follows 3"},
		"a missing line":      {func(f *file) { f.change(2, "\n", "") }, "messages-00002.jsonl"},
		"not said, but there": {func(f *file) { f.manifest.Parts[0].Entries++ }, "the manifest says"},
		"a private one fewer": {func(f *file) { f.manifest.Parts[0].Private-- }, "the manifest says"},
		"a part less":         {func(f *file) { f.names = f.names[:1] }, "messages-00002.jsonl is missing"},
		"a part more":         {func(f *file) { f.names = append(f.names, "notes.txt") }, "notes.txt is in no list"},
		"parts the other way": {func(f *file) { f.names[0], f.names[1] = f.names[1], f.names[0] }, "stands where"},
		"an unknown field":    {func(f *file) { f.change(1, `"content"`, `"secret":1,"content"`) }, "secret"},
		"a wrong type":        {func(f *file) { f.change(1, `"type":"human"`, `"type":"robot"`) }, "/type"},
		"words of a deleted one": {func(f *file) {
			f.change(1, `"deleted_at":null`, `"deleted_at":"2026-11-26T00:00:00.000Z"`)
		}, "/content"},
		"a number on a private one": {func(f *file) { f.change(1, `"sequence":null`, `"sequence":9`) }, "/sequence"},
		"no date":                   {func(f *file) { f.change(2, `"created_at":"2`, `"created_at":"x`) }, "date-time"},
		"of another room":           {func(f *file) { f.manifest.Room.ID = id.New() }, "another room"},
		"a version from later":      {func(f *file) { f.manifest.Version++ }, "/version"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := right(t)
			c.do(f)
			packed := f.packed(t)
			report, err := check.Zip(bytes.NewReader(packed), int64(len(packed)))
			if err != nil || !strings.Contains(strings.Join(report.Wrong, "\n"), c.want) {
				t.Errorf("%v %q, want %q", err, report.Wrong, c.want)
			}
		})
	}
}

func TestWhatIsNoFileOfOursIsNotRead(t *testing.T) {
	t.Parallel()
	whole := right(t).packed(t)
	for name, b := range map[string][]byte{"empty": nil, "text": []byte("hello"), "cut": whole[:len(whole)/2]} {
		if _, err := check.Zip(bytes.NewReader(b), int64(len(b))); err == nil {
			t.Errorf("%s is read", name)
		}
	}
	// One byte in the middle of a part is another.
	broken := bytes.Clone(whole)
	broken[len(broken)/2] ^= 0xff
	if report, err := check.Zip(bytes.NewReader(broken), int64(len(broken))); err == nil && len(report.Wrong) == 0 {
		t.Error("a broken file is right")
	}
}
