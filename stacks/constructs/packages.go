package constructs

import (
	"archive/zip"
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
	// standIn: nothing was built, these are placeholders
	standIn bool
}

type pack struct{ path, hash string }

// ErrNotBuilt says that there are no binaries, or not for this architecture.
var ErrNotBuilt = errors.New("not built")

// Pack packs <dist>/functions/<kind>/<name>/bootstrap of each function. All
// binaries that are missing, or made for another processor, are named in one error.
func Pack(dist, architecture string, functions []contract.Function) (*Packages, error) {
	p := &Packages{folder: filepath.Join(dist, "packages"), files: map[string]pack{}}
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
	hash := hex.EncodeToString(sum.Sum(nil))
	out := filepath.Join(p.folder, hash+".zip")
	if _, err := os.Stat(out); err == nil {
		return pack{out, hash}, nil
	}
	if _, err := in.Seek(0, io.SeekStart); err != nil {
		return pack{}, err
	}
	return pack{out, hash}, write(out, in)
}

// write makes the archive under another name first: a process that was
// stopped in the middle must not leave half a package under a good name.
func write(path string, binary io.Reader) error {
	file, err := os.CreateTemp(filepath.Dir(path), "packing-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(file.Name()) }()
	archive := zip.NewWriter(file)
	archive.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(w, flate.BestSpeed)
	})
	header := &zip.FileHeader{Name: "bootstrap", Method: zip.Deflate} // no time: equal content, equal package
	header.SetMode(0o755)
	entry, err := archive.CreateHeader(header)
	if err != nil {
		return err
	}
	if _, err := io.Copy(entry, binary); err != nil {
		return err
	}
	if err := errors.Join(archive.Close(), file.Close()); err != nil {
		return err
	}
	if err := os.Chmod(file.Name(), 0o600); err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}

func (p *Packages) of(f contract.Function) pack {
	packed, there := p.files[string(f.Kind)+"/"+f.Name]
	if !there {
		panic(fmt.Sprintf("%s/%s was not packed", f.Kind, f.Name))
	}
	return packed
}
