// Package synth reads synthesised templates, for tests and prices.
package synth

import (
	"encoding/json"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

// Stage is the templates of one stage, by the stack's short name.
type Stage map[string]Template

// Template is as much of a CloudFormation template as is looked at.
type Template struct {
	Parameters map[string]any
	Resources  map[string]Resource
	Rules      map[string]any
	// Region is where the stack goes, as the assembly's manifest says.
	Region string `json:"-"`
}

// Resource is one resource of a template.
type Resource struct {
	Type           string
	Properties     map[string]any
	DeletionPolicy string
	DependsOn      any
}

// Read reads all templates of a cloud assembly.
func Read(folder string) (Stage, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.template.json"))
	if err != nil {
		return nil, err
	}
	regions, err := regions(folder)
	if err != nil {
		return nil, err
	}
	templates := Stage{}
	for _, file := range files {
		text, err := os.ReadFile(file) //nolint:gosec // what Glob found
		if err != nil {
			return nil, err
		}
		var t Template
		if err := json.Unmarshal(text, &t); err != nil {
			return nil, err
		}
		name := strings.TrimSuffix(filepath.Base(file), ".template.json")
		t.Region = regions[name]
		templates[name] = t
	}
	return templates, nil
}

// regions reads the manifest: each stack's environment is aws://account/region.
func regions(folder string) (map[string]string, error) {
	text, err := os.ReadFile(filepath.Join(folder, "manifest.json")) //nolint:gosec // what the CDK wrote
	if err != nil {
		return nil, err
	}
	var manifest struct {
		Artifacts map[string]struct{ Environment string }
	}
	if err := json.Unmarshal(text, &manifest); err != nil {
		return nil, err
	}
	found := map[string]string{}
	for name, artifact := range manifest.Artifacts {
		found[name] = artifact.Environment[strings.LastIndex(artifact.Environment, "/")+1:]
	}
	return found, nil
}

// Found is a resource with where it was found.
type Found struct {
	Stack, ID string
	Resource
}

// Of returns the resources of a type in all stacks, in a fixed order.
func (s Stage) Of(kind string) []Found {
	var found []Found
	for stack, t := range s {
		for id, r := range t.Resources {
			if r.Type == kind {
				found = append(found, Found{stack, id, r})
			}
		}
	}
	sort.Slice(found, func(i, j int) bool { return found[i].Stack+found[i].ID < found[j].Stack+found[j].ID })
	return found
}

// At returns the value at a path of names in the properties, or nil.
func (r Resource) At(path ...string) any {
	var value any = r.Properties
	for _, name := range path {
		object, is := value.(map[string]any)
		if !is {
			return nil
		}
		value = object[name]
	}
	return value
}

// Text is the string at the path, or "".
func (r Resource) Text(path ...string) string {
	text, _ := r.At(path...).(string)
	return text
}

// Number is the number at the path, or 0.
func (r Resource) Number(path ...string) float64 {
	number, _ := r.At(path...).(float64)
	return number
}

// List is the list at the path, or nil.
func (r Resource) List(path ...string) []any {
	list, _ := r.At(path...).([]any)
	return list
}

// JSON is a value as text, for looking something up in it.
func JSON(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return err.Error()
	}
	return string(text)
}
