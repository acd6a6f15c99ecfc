package postgres_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// byFile is what a file may tell of besides.
var byFile = map[string][]string{
	"errors.go":   {"DatabaseWaking", "Unavailable"},
	"accounts.go": {"AlreadyExists", "Field"}, // a unique index
	"sessions.go": {"Unauthenticated"},        // no such token
}

// The store reads and writes; it decides nothing. So the faults that it may tell of are that a reader may not see a row,
// and that the database is away.
func TestTheStoreRefusesNothing(t *testing.T) {
	t.Parallel()
	found := map[string]int{}
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		allowed := append(byFile[name], "NotFound")
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			s, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if x, ok := s.X.(*ast.Ident); !ok || x.Name != "fault" {
				return true
			}
			switch s.Sel.Name {
			case "New", "Error": // makers, whose codes are looked at by themselves
				return true
			}
			found[s.Sel.Name]++
			for _, code := range allowed {
				if s.Sel.Name == code {
					return true
				}
			}
			t.Errorf("%s: fault.%s", set.Position(n.Pos()), s.Sel.Name)
			return true
		})
	}
	for _, code := range []string{"NotFound", "DatabaseWaking", "Unavailable"} {
		if found[code] == 0 {
			t.Errorf("the package was not read: it never tells of %s", code)
		}
	}
}
