package dotenv

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func read(t *testing.T, content string) ([]string, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), ".env")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return Read(path)
}

func TestAssignmentsAreRead(t *testing.T) {
	t.Parallel()
	got, err := read(t, "# keys\n\nOPENAI_API_KEY=sk-1=2\nexport GEMINI_API_KEY = \"a b\" \nANTHROPIC_API_KEY='x'\nEMPTY=\n")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"OPENAI_API_KEY=sk-1=2", "GEMINI_API_KEY=a b", "ANTHROPIC_API_KEY=x", "EMPTY="}
	if !slices.Equal(got, want) {
		t.Errorf("read %q, want %q", got, want)
	}
}

func TestALineThatIsNoAssignmentIsNamed(t *testing.T) {
	t.Parallel()
	if _, err := read(t, "A=1\nsecret\n"); err == nil || !strings.Contains(err.Error(), "line 2") || strings.Contains(err.Error(), "secret") {
		t.Errorf("err = %v, want line 2 without its content", err)
	}
}

func TestAMissingFileHasNoAssignments(t *testing.T) {
	t.Parallel()
	if got, err := Read(filepath.Join(t.TempDir(), ".env")); err != nil || got != nil {
		t.Errorf("got %q, %v", got, err)
	}
}
