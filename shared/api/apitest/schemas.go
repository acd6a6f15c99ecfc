package apitest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"

	"github.com/yoriai/yoriai/shared/api"
)

// schemas compiles the JSON schemas inside a contract, each once, when first asked for.
type schemas struct {
	contract []byte

	mu       sync.Mutex
	compiler *jsonschema.Compiler
	compiled map[string]*jsonschema.Schema
}

var (
	httpSchemas   = &schemas{contract: api.OpenAPI}
	socketSchemas = &schemas{contract: api.AsyncAPI}
)

const location = "https://yoriai.invalid/contract.json"

// instant is how the API writes a time; RFC 3339 alone would let more pass.
var instant = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`)

// check holds body against the schema at a JSON pointer.
func (s *schemas) check(at string, body []byte) error {
	schema, err := s.at(at)
	if err != nil {
		return err
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("no JSON: %w", err)
	}
	return schema.Validate(value)
}

func (s *schemas) at(pointer string) (*jsonschema.Schema, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.compiler == nil {
		if err := s.load(); err != nil {
			return nil, err
		}
	}
	if schema, ok := s.compiled[pointer]; ok {
		return schema, nil
	}
	schema, err := s.compiler.Compile(location + "#" + pointer)
	if err != nil {
		return nil, fmt.Errorf("the contract at %s: %w", pointer, err)
	}
	s.compiled[pointer] = schema
	return schema, nil
}

func (s *schemas) load() error {
	var tree any
	if err := yaml.Unmarshal(s.contract, &tree); err != nil {
		return err
	}
	text, err := json.Marshal(tree)
	if err != nil {
		return err
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return err
	}
	s.compiler, s.compiled = jsonschema.NewCompiler(), map[string]*jsonschema.Schema{}
	s.compiler.DefaultDraft(jsonschema.Draft2020)
	s.compiler.AssertFormat()
	s.compiler.RegisterFormat(&jsonschema.Format{Name: "date-time", Validate: func(v any) error {
		if text, ok := v.(string); ok && !instant.MatchString(text) {
			return fmt.Errorf("%q is not a time in UTC with milliseconds", text)
		}
		return nil
	}})
	return s.compiler.AddResource(location, document)
}
