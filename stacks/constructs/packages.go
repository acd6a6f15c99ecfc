package constructs

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"debug/elf"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"sync"

	"github.com/yoriai/yoriai/stacks/contract"
)

// Packages are the functions' binaries, packed for upload. The CDK's own
// packing takes a second for each of forty binaries at every deployment; here
// each is packed once, in parallel, under the hash of its content, so that an
// unchanged function is neither packed, uploaded nor deployed again.
type Packages struct {
	folder string
	files  map[string]pack
	// beside lies in every package, beside the binary
	beside []File
	// standIn: nothing was built, these are placeholders
	standIn bool
}

type pack struct{ path, hash string }

// File is a file of a package.
type File struct {
	Name    string
	Content []byte
}

// ErrNotBuilt says that there are no binaries, or not for this architecture.
var ErrNotBuilt = errors.New("not built")

// Pack packs <dist>/functions/<kind>/<name>/bootstrap of each function, with the
// files beside it. All binaries that are missing, or made for another processor,
// are named in one error.
func Pack(dist, architecture string, functions []contract.Function, beside ...File) (*Packages, error) {
	p := &Packages{folder: filepath.Join(dist, "packages"), files: map[string]pack{}, beside: beside}
	if err := os.MkdirAll(p.folder, 0o750); err != nil {
		return nil, err
	}
	var (
		missing []string
		failed  error
		lock    sync.Mutex
		wait    sync.WaitGroup
		slots   = make(chan struct{}, 4)
	)
	for _, f := range functions {
		wait.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			key := string(f.Kind) + "/" + f.Name
			binary := filepath.Join(dist, "functions", string(f.Kind), f.Name, "bootstrap")
			packed, err := p.pack(binary, architecture)
			lock.Lock()
			defer lock.Unlock()
			switch {
			case errors.Is(err, os.ErrNotExist), errors.Is(err, ErrNotBuilt):
				missing = append(missing, key)
			case err != nil:
				failed = errors.Join(failed, fmt.Errorf("%s: %w", key, err))
			default:
				p.files[key] = packed
			}
		})
	}
	wait.Wait()
	if len(missing) > 0 {
		sort.Strings(missing)
		if len(missing) == len(functions) {
			missing = []string{fmt.Sprintf("none of %d functions is there", len(functions))}
		}
		failed = errors.Join(failed, fmt.Errorf("%w for %s under %s: %s",
			ErrNotBuilt, architecture, filepath.Join(dist, "functions"), strings.Join(missing, ", ")))
	}
	return p, failed
}

// StandIn makes placeholders for binaries that were not built, so that the
// templates can be looked at without them. Such templates refuse to be deployed.
func StandIn(architecture string, functions []contract.Function) (*Packages, error) {
	dist, err := os.MkdirTemp("", "yoriai-placeholders-")
	if err != nil {
		return nil, err
	}
	for _, f := range functions {
		folder := filepath.Join(dist, "functions", string(f.Kind), f.Name)
		if err := os.MkdirAll(folder, 0o750); err != nil {
			return nil, err
		}
		if err := os.WriteFile(filepath.Join(folder, "bootstrap"), []byte("placeholder of "+f.Name), 0o600); err != nil {
			return nil, err
		}
	}
	p, err := Pack(dist, architecture, functions)
	if err == nil {
		p.standIn = true
	}
	return p, err
}

// machines are the processors as binaries name them.
var machines = map[string]elf.Machine{"arm64": elf.EM_AARCH64, "x86_64": elf.EM_X86_64}

func (p *Packages) pack(binary, architecture string) (pack, error) {
	in, err := os.Open(binary) //nolint:gosec // a path made from the contract's names
	if err != nil {
		return pack{}, err
	}
	defer func() { _ = in.Close() }()
	// A placeholder is no program at all; a program must be of the right kind.
	if program, err := elf.NewFile(in); err == nil && program.Machine != machines[architecture] {
		return pack{}, fmt.Errorf("%w: %s is for %s", ErrNotBuilt, binary, program.Machine)
	}
	if _, err := in.Seek(0, io.SeekStart); err != nil {
		return pack{}, err
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, in); err != nil {
		return pack{}, err
	}
	for _, file := range p.beside {
		sum.Write(file.Content)
	}
	hash := hex.EncodeToString(sum.Sum(nil))
	out := filepath.Join(p.folder, hash+".zip")
	if _, err := os.Stat(out); err == nil {
		return pack{out, hash}, nil
	}
	if _, err := in.Seek(0, io.SeekStart); err != nil {
		return pack{}, err
	}
	return pack{out, hash}, p.write(out, in)
}

// write makes the archive under another name first: a process that was
// stopped in the middle must not leave half a package under a good name.
func (p *Packages) write(path string, binary io.Reader) error {
	file, err := os.CreateTemp(filepath.Dir(path), "packing-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(file.Name()) }()
	archive := zip.NewWriter(file)
	archive.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(w, flate.BestSpeed)
	})
	if err := add(archive, "bootstrap", 0o755, binary); err != nil {
		return err
	}
	for _, more := range p.beside {
		if err := add(archive, more.Name, 0o644, bytes.NewReader(more.Content)); err != nil {
			return err
		}
	}
	if err := errors.Join(archive.Close(), file.Close()); err != nil {
		return err
	}
	if err := os.Chmod(file.Name(), 0o600); err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}

// add puts a file into the archive, without a time: equal content, equal package.
func add(archive *zip.Writer, name string, mode os.FileMode, content io.Reader) error {
	header := &zip.FileHeader{Name: name, Method: zip.Deflate}
	header.SetMode(mode)
	entry, err := archive.CreateHeader(header)
	if err != nil {
		return err
	}
	_, err = io.Copy(entry, content)
	return err
}

func (p *Packages) of(f contract.Function) pack {
	packed, there := p.files[string(f.Kind)+"/"+f.Name]
	if !there {
		panic(fmt.Sprintf("%s/%s was not packed", f.Kind, f.Name))
	}
	return packed
}
