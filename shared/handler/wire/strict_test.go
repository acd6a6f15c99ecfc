package wire

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/yoriai/yoriai/shared/api"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
)

type draft struct {
	Name  string           `json:"name"`
	Count *int             `json:"count"`
	On    bool             `json:"on"`
	Reply id.ID            `json:"reply"`
	Until Nullable[string] `json:"until"`
	Ask   *struct {
		Model string `json:"model"`
	} `json:"ask"`
	Tags []string    `json:"tags"`
	At   *api.Moment `json:"at"`
	inner
}

type inner struct {
	Depth int `json:"depth"`
}

func TestDecodingIsStrict(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]struct {
		code  fault.Code
		field string
	}{
		`{}`:                                    {},
		`{"name":"寄合","count":3,"on":true}`:     {},
		`{"until":null}`:                        {},
		`{"until":"x","depth":1,"tags":[]}`:     {},
		`{"ask":{"model":"m"},"tags":["a"]}`:    {},
		` {"name":"a"} ` + "\n":                 {},
		``:                                      {fault.Malformed, ""},
		`{`:                                     {fault.Malformed, ""},
		`{}{}`:                                  {fault.Malformed, ""},
		`{} x`:                                  {fault.Malformed, ""},
		"{\"name\":\"\xff\"}":                   {fault.Malformed, ""},
		`null`:                                  {fault.Malformed, "body"},
		`[]`:                                    {fault.Malformed, "body"},
		`"x"`:                                   {fault.Malformed, "body"},
		`{"name":null}`:                         {fault.Malformed, "name"},
		`{"count":null}`:                        {fault.Malformed, "count"},
		`{"ask":null}`:                          {fault.Malformed, "ask"},
		`{"name":1}`:                            {fault.Malformed, "name"},
		`{"name":["a"]}`:                        {fault.Malformed, "name"},
		`{"count":"1"}`:                         {fault.Malformed, "count"},
		`{"count":1.5}`:                         {fault.Malformed, "count"},
		`{"count":99999999999999999999}`:        {fault.Malformed, "count"},
		`{"on":"true"}`:                         {fault.Malformed, "on"},
		`{"reply":"x"}`:                         {fault.Malformed, "reply"},
		`{"reply":5}`:                           {fault.Malformed, "reply"},
		`{"reply":{"a":1}}`:                     {fault.Malformed, "reply"},
		`{"ask":[]}`:                            {fault.Malformed, "ask"},
		`{"ask":{"model":[1]}}`:                 {fault.Malformed, "ask.model"},
		`{"tags":["a",2]}`:                      {fault.Malformed, "tags[1]"},
		`{"tags":[null]}`:                       {fault.Malformed, "tags[0]"},
		`{"at":null}`:                           {fault.Malformed, "at"},
		`{"at":"yesterday"}`:                    {fault.Malformed, "at"},
		`{"at":"2026-11-26T01:02:03Z"}`:         {},
		`{"name":"a","name":"b"}`:               {fault.Malformed, "name"},
		`{"Name":"a"}`:                          {fault.UnknownField, "Name"},
		`{"nope":{"deep":[1]}}`:                 {fault.UnknownField, "nope"},
		`{"ask":{"model":"m","temperature":1}}`: {fault.UnknownField, "ask.temperature"},
		`{"inner":{}}`:                          {fault.UnknownField, "inner"},
	} {
		var d draft
		err := Decode([]byte(body), &d)
		if got := fault.CodeOf(err); got != want.code {
			t.Errorf("%s: got %v, want %q", body, err, want.code)
			continue
		}
		if want.field != "" && (len(fieldsIn(err)) != 1 || fieldsIn(err)[0].Name != want.field) {
			t.Errorf("%s: names %v, want %q", body, fieldsIn(err), want.field)
		}
	}
}

func TestNullableTellsAbsentFromNull(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]Nullable[string]{`{}`: {}, `{"until":null}`: {Set: true}, `{"until":"x"}`: {Set: true, Value: new("x")}} {
		var d draft
		if err := Decode([]byte(body), &d); err != nil {
			t.Fatal(err)
		}
		if d.Until.Set != want.Set || (d.Until.Value == nil) != (want.Value == nil) {
			t.Errorf("%s: got %+v", body, d.Until)
		}
	}
}

func fieldsIn(err error) []fault.Field {
	var e *fault.Error
	if !errors.As(err, &e) {
		return nil
	}
	return e.Fields
}

// Whatever passes the strict reader must mean the same to encoding/json with unknown fields refused.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{`{}`, `{"name":"a","count":1}`, `{"ask":{"model":"m"},"tags":["a"]}`, `{"until":null,"depth":2}`, `{"reply":"0190b3f0-0000-7000-8000-000000000000"}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var d draft
		if Decode(body, &d) != nil {
			return
		}
		var plain draft
		loose := json.NewDecoder(strings.NewReader(string(body)))
		loose.DisallowUnknownFields()
		if err := loose.Decode(&plain); err != nil {
			t.Fatalf("%q passed, but: %v", body, err)
		}
	})
}
