package layout

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestACheckoutMayLieAnywhereButWhereProgramsBreak(t *testing.T) {
	tests := map[string]bool{
		"plain": true, "with space": true, "寄合": true, "it's": true, strings.Repeat("long", 60): true,
		"with$dollar": false, "with:colon": false, "with`tick": false, `with"quote`: false, `with\back`: false,
	}
	for name, fine := range tests {
		t.Run(name, func(t *testing.T) {
			root := filepath.Join(t.TempDir(), name)
			if err := os.MkdirAll(filepath.Join(root, "below"), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(root, "go.work"), nil, 0o600); err != nil {
				t.Fatal(err)
			}
			t.Chdir(filepath.Join(root, "below"))
			l, err := Find()
			switch {
			case fine && (err != nil || l.Root != root):
				t.Errorf("Find = %q, %v", l.Root, err)
			case !fine && (err == nil || !strings.Contains(err.Error(), root) || !strings.Contains(err.Error(), "move the checkout")):
				t.Errorf("err = %v", err)
			}
		})
	}
}
