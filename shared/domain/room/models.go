package room

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/yoriai/yoriai/shared/domain/fault"
)

// Effort is how hard a model shall think.
type Effort string

// The efforts; DefaultEffort leaves it to the model.
const (
	DefaultEffort Effort = "default"
	NoEffort      Effort = "none"
	LowEffort     Effort = "low"
	MediumEffort  Effort = "medium"
	HighEffort    Effort = "high"
)

// Known says whether there is such an effort.
func (e Effort) Known() bool {
	return slices.Contains([]Effort{DefaultEffort, NoEffort, LowEffort, MediumEffort, HighEffort}, e)
}

// CheckEffort returns validation_failed for a word that is no effort; nothing at all is fine.
func CheckEffort(e Effort) error {
	if e != "" && !e.Known() {
		return fault.Invalid("effort", "must be default, none, low, medium or high")
	}
	return nil
}

// ModelList is which models may be asked: lines of provider/model or provider/*. An empty one allows all. It is text, so
// that rooms can be compared.
type ModelList string

const (
	maxListed     = 100
	anyOfProvider = "*"
)

// NewModelList makes a list; sorted, so that equal ones are equal. Returns validation_failed for an entry that is neither.
func NewModelList(entries []string) (ModelList, error) {
	if len(entries) > maxListed {
		return "", fault.Invalid("allowed_models", "may have at most 100 entries")
	}
	var kept []string
	for _, entry := range entries {
		provider, model, found := strings.Cut(entry, "/")
		if !found || provider == "" || model == "" || utf8.RuneCountInString(provider) > MaxProviderName || utf8.RuneCountInString(model) > MaxModelName || strings.ContainsFunc(entry, isControl) {
			return "", fault.Invalid("allowed_models", "must hold provider/model or provider/*")
		}
		kept = append(kept, entry)
	}
	slices.Sort(kept)
	return ModelList(strings.Join(slices.Compact(kept), "\n")), nil
}

func isControl(r rune) bool { return r < ' ' || r == 0x7F }

// Entries lists what NewModelList took; never nil.
func (l ModelList) Entries() []string {
	if l == "" {
		return []string{}
	}
	return strings.Split(string(l), "\n")
}

// Allows says whether the model may be asked.
func (l ModelList) Allows(provider, model string) bool {
	if l == "" {
		return true
	}
	return slices.ContainsFunc(l.Entries(), func(entry string) bool {
		p, m, _ := strings.Cut(entry, "/")
		return p == provider && (m == anyOfProvider || m == model)
	})
}
