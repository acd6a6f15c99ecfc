// Package apitest holds answers and frames against the contracts, in tests.
package apitest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"unicode"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/yoriai/yoriai/shared/api"
)

// Operation is one operation of the HTTP contract.
type Operation struct {
	ID     string
	Method string
	Path   string
	// Open says that no caller is needed.
	Open bool
	// Needs is what its function must reach.
	Needs []string
	// Rights is what right the operation takes, by the case of the request; one without cases has the case "".
	Rights map[string]string
	// WorksIn are the states of a room, beside the usual one, in which it works although it changes something.
	WorksIn []string
	Spec    *openapi3.Operation
}

// Document is the HTTP contract, read once.
var Document = sync.OnceValues(func() (*openapi3.T, error) {
	document, err := openapi3.NewLoader().LoadFromData(api.OpenAPI)
	if err != nil {
		return nil, err
	}
	return document, document.Validate(context.Background(), openapi3.DisableExamplesValidation())
})

// Operations is every operation of the HTTP contract by its id.
func Operations(t testing.TB) map[string]Operation {
	t.Helper()
	document, err := Document()
	if err != nil {
		t.Fatalf("the contract: %v", err)
	}
	operations := map[string]Operation{}
	for path, item := range document.Paths.Map() {
		for method, spec := range item.Operations() {
			operations[spec.OperationID] = Operation{
				ID: spec.OperationID, Method: method, Path: path,
				Open: spec.Security != nil && len(*spec.Security) == 0, Needs: needs(spec), Spec: spec,
				Rights: rights(spec), WorksIn: texts(spec.Extensions["x-closed"]),
			}
		}
	}
	return operations
}

func needs(spec *openapi3.Operation) []string {
	settings, _ := spec.Extensions["x-lambda"].(map[string]any)
	return texts(settings["needs"])
}

func texts(value any) (names []string) {
	list, _ := value.([]any)
	for _, v := range list {
		names = append(names, fmt.Sprint(v))
	}
	return names
}

func rights(spec *openapi3.Operation) map[string]string {
	switch right := spec.Extensions["x-right"].(type) {
	case string:
		return map[string]string{"": right}
	case map[string]any:
		cases := map[string]string{}
		for name, v := range right {
			cases[name] = fmt.Sprint(v)
		}
		return cases
	}
	return nil
}

// CheckResponse fails the test unless the operation may answer with this status and body.
func CheckResponse(t testing.TB, operationID string, status int, body []byte) {
	t.Helper()
	if err := checkResponse(t, operationID, status, body); err != nil {
		t.Fatalf("%s answered %d with %s\n%v", operationID, status, body, err)
	}
}

func checkResponse(t testing.TB, operationID string, status int, body []byte) error {
	operation, ok := Operations(t)[operationID]
	if !ok {
		return fmt.Errorf("the contract has no operation %q", operationID)
	}
	name := strconv.Itoa(status)
	response := operation.Spec.Responses.Value(name)
	// What a caller can do something about is named by each operation that says it.
	if response == nil && status < 500 {
		return errors.New("the contract does not name this status")
	}
	if response == nil {
		name, response = "default", operation.Spec.Responses.Default()
	}
	if len(response.Value.Content) == 0 {
		if len(body) != 0 {
			return errors.New("there must be no body")
		}
		return nil
	}
	at := pointer("paths", operation.Path, strings.ToLower(operation.Method), "responses", name)
	if response.Ref != "" {
		at = strings.TrimPrefix(response.Ref, "#")
	}
	if err := checkCode(response.Value, body); status >= 400 && name != "default" && err != nil {
		return err
	}
	for media := range response.Value.Content {
		if err := httpSchemas.check(at+pointer("content", media, "schema"), body); err != nil {
			return err
		}
	}
	return nil
}

// checkCode holds a problem's code against those that the description of its response lists.
func checkCode(response *openapi3.Response, body []byte) error {
	var problem struct{ Code string }
	if err := json.Unmarshal(body, &problem); err != nil {
		return err
	}
	listed := strings.FieldsFunc(*response.Description, func(r rune) bool { return r != '_' && !unicode.IsLetter(r) })
	if !slices.Contains(listed, problem.Code) {
		return fmt.Errorf("the contract does not list the code %q for this status", problem.Code)
	}
	return nil
}

// CheckFrame fails the test unless body is the message of this name in the WebSocket contract.
func CheckFrame(t testing.TB, message string, body []byte) {
	t.Helper()
	if err := checkFrame(message, body); err != nil {
		t.Fatalf("%s: %s\n%v", message, body, err)
	}
}

func checkFrame(message string, body []byte) error {
	return socketSchemas.check(pointer("components", "messages", message, "payload"), body)
}

// pointer is a JSON pointer (RFC 6901).
func pointer(steps ...string) string {
	var b strings.Builder
	for _, step := range steps {
		b.WriteString("/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(step))
	}
	return b.String()
}
