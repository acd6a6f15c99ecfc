// Package check holds a file that somebody took along against what it says of itself, and against the schema.
package check

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/yoriai/yoriai/shared/api"
	"github.com/yoriai/yoriai/shared/domain/export"
	"github.com/yoriai/yoriai/shared/domain/id"
)

// Report is what was found.
type Report struct {
	Manifest export.Manifest
	// Messages were read, Private of them private ones; Last is the last number of the others.
	Messages, Private, Last int64
	// Wrong says what is not as it should be, so far as anybody would read.
	Wrong []string
}

// most is how many faults are listed.
const most = 20

// Zip reads a whole file. An error tells that it is no file of ours at all.
func Zip(r io.ReaderAt, size int64) (*Report, error) {
	file, err := zip.NewReader(r, size)
	if err != nil {
		return nil, fmt.Errorf("this is no zip: %w", err)
	}
	if len(file.File) == 0 || file.File[0].Name != export.ManifestName {
		return nil, errors.New("the first file in it is not " + export.ManifestName)
	}
	c, err := newChecker()
	if err != nil {
		return nil, err
	}
	text, err := read(file.File[0])
	if err != nil {
		return nil, err
	}
	if !c.matches("manifest", export.ManifestName, text) {
		return &c.Report, nil
	}
	if err := json.Unmarshal(text, &c.Manifest); err != nil {
		return nil, err
	}
	c.parts(file.File[1:])
	return &c.Report, nil
}

func read(f *zip.File) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.Name, err)
	}
	text, err := io.ReadAll(r)
	if err = errors.Join(err, r.Close()); err != nil {
		return nil, fmt.Errorf("%s: %w", f.Name, err)
	}
	return text, nil
}

type checker struct {
	Report
	compiler *jsonschema.Compiler
	schemas  map[string]*jsonschema.Schema
	last     id.ID // the message before
}

func newChecker() (*checker, error) {
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(api.ExportSchema))
	if err != nil {
		return nil, err
	}
	c := &checker{compiler: jsonschema.NewCompiler(), schemas: map[string]*jsonschema.Schema{}}
	c.compiler.AssertFormat()
	return c, c.compiler.AddResource("export.json", document)
}

func (c *checker) wrong(format string, args ...any) {
	if len(c.Wrong) < most {
		c.Wrong = append(c.Wrong, fmt.Sprintf(format, args...))
	}
}

// matches holds an object against a definition of the schema.
func (c *checker) matches(definition, where string, text []byte) bool {
	if c.schemas[definition] == nil {
		schema, err := c.compiler.Compile("export.json#/$defs/" + definition)
		if err != nil {
			c.wrong("%s: the schema: %v", where, err)
			return false
		}
		c.schemas[definition] = schema
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err == nil {
		err = c.schemas[definition].Validate(value)
	}
	if err != nil {
		c.wrong("%s: %s", where, strings.ReplaceAll(err.Error(), "\n", " "))
	}
	return err == nil
}

// definitions are what the lines of a topic are.
var definitions = map[export.Topic]string{export.Profiles: "account", export.Messages: "message", export.Reactions: "given", export.Transactions: "transaction"}

// parts reads every part that the manifest names; there must be no other.
func (c *checker) parts(files []*zip.File) {
	numbers := map[export.Topic]int{}
	for i, part := range c.Manifest.Parts {
		numbers[part.Topic]++
		if want := export.PartName(part.Topic, numbers[part.Topic], c.Manifest.Messages); part.Name != want {
			c.wrong("part %d is called %s, not %s", i+1, part.Name, want)
		}
		if i >= len(files) {
			c.wrong("%s is missing", part.Name)
			continue
		}
		if f := files[i]; f.Name != part.Name {
			c.wrong("%s stands where %s should", f.Name, part.Name)
		} else {
			c.part(part, f)
		}
	}
	for _, f := range files[min(len(files), len(c.Manifest.Parts)):] {
		c.wrong("%s is in no list", f.Name)
	}
}

func (c *checker) part(part export.Part, f *zip.File) {
	r, err := f.Open()
	if err != nil {
		c.wrong("%s: %v", f.Name, err)
		return
	}
	found := export.Part{Name: part.Name, Topic: part.Topic}
	if part.Topic == export.Messages && c.Manifest.Messages == export.Markdown {
		found = part                              // what people read is not counted
		found.Bytes, err = io.Copy(io.Discard, r) //nolint:gosec // nothing of it is kept
		c.Messages += part.Entries
		c.Private += part.Private
		c.Last = max(c.Last, part.Last)
	} else {
		err = c.lines(&found, r)
	}
	if err = errors.Join(err, r.Close()); err != nil {
		c.wrong("%s: %v", f.Name, err)
		return
	}
	if found != part {
		c.wrong("%s holds %+v, and the manifest says %+v", f.Name, found, part)
	}
}

func (c *checker) lines(found *export.Part, r io.Reader) error {
	lines := bufio.NewReaderSize(r, 1<<16)
	for {
		line, err := lines.ReadBytes('\n')
		found.Bytes += int64(len(line))
		if len(line) > 0 {
			found.Entries++
			where := fmt.Sprintf("%s:%d", found.Name, found.Entries)
			if line[len(line)-1] != '\n' {
				c.wrong("%s: the line does not end", where)
			}
			if c.matches(definitions[found.Topic], where, line) && found.Topic == export.Messages {
				c.message(found, where, line)
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// message holds a message against the one before: places rise, and a room's numbers have no hole.
func (c *checker) message(found *export.Part, where string, line []byte) {
	var m export.Message
	if err := json.Unmarshal(line, &m); err != nil {
		c.wrong("%s: %v", where, err)
		return
	}
	c.Messages++
	if m.ID.Compare(c.last) <= 0 {
		c.wrong("%s: %s stands behind %s", where, m.ID, c.last)
	}
	c.last = m.ID
	if m.Visibility == "private" {
		c.Private++
		found.Private++
	}
	if c.Manifest.Kind != export.OfRoom {
		return
	}
	if c.Manifest.Room == nil || m.RoomID != c.Manifest.Room.ID {
		c.wrong("%s: the message is of another room", where)
	}
	if m.Sequence == nil {
		return
	}
	if c.Last != 0 && *m.Sequence != c.Last+1 {
		c.wrong("%s: number %d follows %d", where, *m.Sequence, c.Last)
	}
	c.Last = *m.Sequence
	if found.First == 0 {
		found.First = *m.Sequence
	}
	found.Last = *m.Sequence
}
