package exports

import (
	"archive/zip"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/export"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/job"
	"github.com/yoriai/yoriai/shared/usecase/jobs"
)

// moveEach is how often a long packing says that it goes on: the sweeper takes what does not move for dead.
const moveEach = 30 * time.Second

// Finish implements jobs.Kind: it packs the parts into one file, and lets the job succeed if who asked for it may still read what it
// holds. Then the parts are not needed any more.
func (e Exports) Finish(ctx context.Context, j job.Job) error {
	c, err := job.Decode[cursor](j.Cursor)
	if err != nil {
		return err
	}
	manifest, err := e.manifest(ctx, j, c)
	if err != nil {
		return err
	}
	size, err := e.Files.Upload(ctx, fileKey(j.ID), func(w io.Writer) error { return e.pack(ctx, w, j, manifest) })
	if err != nil {
		return err
	}
	n := about(j)
	err = e.Runner.Change(ctx, n, func(s change.Situation) (*change.Plan, error) {
		switch {
		case s.Job == nil || s.Job.State == job.Cancelled || s.Job.State == job.Failed:
			return nil, jobs.ErrEnded
		case s.Job.State == job.Succeeded:
			return nil, nil
		}
		if err := still(j, s.Room); err != nil {
			return nil, err
		}
		over := *s.Job
		c.Bytes = size
		over.State, over.Total, over.EndedAt, over.Cursor = job.Succeeded, max(over.Total, over.Done), s.Now, job.Encode(c)
		over.Done = over.Total
		p := s.Plan(j.RequestedBy, n)
		jobs.Moved(p, over)
		return p, nil
	}, nil)
	if err != nil {
		return err
	}
	return e.Files.Remove(ctx, partKeys(j.ID, len(c.Parts)))
}

// manifest says what the file holds.
func (e Exports) manifest(ctx context.Context, j job.Job, c cursor) (m export.Manifest, err error) {
	w, err := job.Decode[wish](j.Wish)
	if err != nil {
		return m, err
	}
	m = export.Manifest{Format: "yoriai-export", Version: export.Version, Kind: export.OfAccount, Messages: w.Format, JobID: j.ID, RequestedAt: export.Time{Time: j.CreatedAt}, Parts: c.Parts}
	err = e.Store.Part(ctx, j.ID, func(ctx context.Context, p Part) error {
		s, found, err := p.Scene(ctx)
		if err != nil {
			return err
		}
		switch {
		case !found || s.Job.State != job.Running:
			return jobs.ErrEnded
		case s.Gone:
			return fault.New(fault.NotFound, "The account was deleted.")
		}
		m.RequestedBy = s.Person
		if r := s.Room; !j.RoomID.IsZero() {
			m.Kind = export.OfRoom
			m.Room = &export.RoomSummary{ID: r.ID, Name: r.Name, Description: r.Description, OwnerID: r.OwnerID, AIProvider: r.AIProvider, AIModel: r.AIModel,
				AIInstructions: r.AIInstructions, ForkedFromRoomID: export.Ref(r.ForkedFromRoomID), CreatedAt: export.Time{Time: r.CreatedAt}}
		}
		return still(j, s.Room)
	})
	return m, err
}

// pack writes the file. The parts are compressed already: they are taken as they are.
func (e Exports) pack(ctx context.Context, w io.Writer, j job.Job, manifest export.Manifest) error {
	file := zip.NewWriter(w)
	first, err := file.CreateHeader(&zip.FileHeader{Name: export.ManifestName, Method: zip.Deflate, Modified: j.CreatedAt})
	if err != nil {
		return err
	}
	text := json.NewEncoder(first)
	text.SetEscapeHTML(false)
	text.SetIndent("", "  ")
	if err := text.Encode(manifest); err != nil {
		return err
	}
	moved := time.Now()
	for i, part := range manifest.Parts {
		body, err := e.Files.Read(ctx, partKey(j.ID, i+1))
		if err != nil {
			return err
		}
		if err := take(file, part, body, j.CreatedAt); err != nil {
			return err
		}
		if time.Since(moved) > moveEach {
			if err := e.move(ctx, j.ID); err != nil {
				return err
			}
			moved = time.Now()
		}
	}
	return file.Close()
}

const (
	gzipHead = 10 // as compress/gzip writes it, without a name
	gzipTail = 8  // the sum and the length of what was compressed
)

// take puts a compressed part into the file: between gzip's head and tail stands just what a zip holds.
func take(file *zip.Writer, part export.Part, body []byte, at time.Time) error {
	if len(body) < gzipHead+gzipTail {
		return fmt.Errorf("part %s is no gzip", part.Name)
	}
	compressed, tail := body[gzipHead:len(body)-gzipTail], body[len(body)-gzipTail:]
	size := uint64(binary.LittleEndian.Uint32(tail[4:]))
	if part.Bytes < 0 || size != uint64(part.Bytes) {
		return fmt.Errorf("part %s holds %d bytes, and %d were written", part.Name, size, part.Bytes)
	}
	h := &zip.FileHeader{Name: part.Name, Method: zip.Deflate, Modified: at, CRC32: binary.LittleEndian.Uint32(tail), CompressedSize64: uint64(len(compressed)), UncompressedSize64: size}
	w, err := file.CreateRaw(h)
	if err != nil {
		return err
	}
	_, err = w.Write(compressed)
	return err
}

// move says that the job goes on, and hears whether it shall.
func (e Exports) move(ctx context.Context, jobID id.ID) error {
	return e.Runner.Change(ctx, change.Needs{Job: jobID}, func(s change.Situation) (*change.Plan, error) {
		if s.Job == nil || s.Job.State != job.Running {
			return nil, jobs.ErrEnded
		}
		p := s.Plan(id.ID{}, change.Needs{})
		p.Write(change.UpdateJob{Job: *s.Job})
		return p, nil
	}, nil)
}
