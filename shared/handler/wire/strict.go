package wire

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/yoriai/yoriai/shared/domain/fault"
)

// Nullable is a field of a request that may be absent, null or a value. Anywhere else null is refused.
type Nullable[T any] struct {
	Set   bool
	Value *T
}

func (Nullable[T]) nullable() {}

// UnmarshalJSON is only called for a field that is there.
func (n *Nullable[T]) UnmarshalJSON(b []byte) error {
	n.Set = true
	return json.Unmarshal(b, &n.Value)
}

// Decode reads what clients send, one JSON value: exact names, each once, the right types, nothing after it. encoding/json
// lets names of another case pass, names that stand there twice, and null for anything. Returns unknown_field, or malformed with the field.
func Decode(body []byte, into any) error {
	if !utf8.Valid(body) {
		return fault.New(fault.Malformed, "The body is not UTF-8.")
	}
	if !json.Valid(body) {
		return fault.New(fault.Malformed, "The body is not one JSON value.")
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if err := check(d, reflect.TypeOf(into).Elem(), ""); err != nil {
		return err
	}
	if err := json.Unmarshal(body, into); err != nil {
		return wrongType(err)
	}
	return nil
}

func wrongType(err error) error {
	var te *json.UnmarshalTypeError
	if errors.As(err, &te) && te.Field != "" {
		return Malformed(te.Field, "has the wrong type")
	}
	return fault.Wrap(fault.Malformed, "A field of the body has the wrong form.", err)
}

var (
	jsonReader = reflect.TypeFor[json.Unmarshaler]()
	nullables  = reflect.TypeFor[interface{ nullable() }]()
	textReader = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// check walks the next value of d beside the type that will hold it, and finds what encoding/json would let pass: names of
// another case, names twice, null for what cannot be null.
func check(d *json.Decoder, t reflect.Type, path string) error {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if reflect.PointerTo(t).Implements(jsonReader) {
		return checkReader(d, t, path)
	}
	token, err := d.Token()
	if err != nil {
		return fault.Wrap(fault.Malformed, "The body is not JSON.", err)
	}
	if token == nil && t.Kind() != reflect.Interface {
		return Malformed(named(path), "must not be null")
	}
	delimiter, _ := token.(json.Delim)
	if reflect.PointerTo(t).Implements(textReader) {
		text, ok := token.(string)
		if !ok || reflect.New(t).Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(text)) != nil {
			return Malformed(named(path), "has the wrong form")
		}
		return nil
	}
	switch {
	case delimiter == '{' && t.Kind() == reflect.Struct:
		return checkObject(d, t, path)
	case delimiter == '{' && (t.Kind() == reflect.Map || t.Kind() == reflect.Interface):
		return drain(d)
	case delimiter == '[' && t.Kind() == reflect.Slice:
		return checkArray(d, t, path)
	case delimiter == '[' && t.Kind() == reflect.Interface:
		return drain(d)
	case delimiter == 0 && fits(token, t.Kind()):
		return nil
	}
	return Malformed(named(path), "has the wrong type")
}

func fits(token json.Token, kind reflect.Kind) bool {
	switch token.(type) {
	case string:
		return kind == reflect.String || kind == reflect.Interface
	case bool:
		return kind == reflect.Bool || kind == reflect.Interface
	case json.Number:
		return kind >= reflect.Int && kind <= reflect.Float64 || kind == reflect.Interface
	}
	return kind == reflect.Interface
}

func checkObject(d *json.Decoder, t reflect.Type, path string) error {
	fields, seen := fieldsOf(t), map[string]bool{}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return fault.Wrap(fault.Malformed, "The body is not JSON.", err)
		}
		name, _ := token.(string)
		field := join(path, name)
		kind, known := fields[name]
		if !known {
			return &fault.Error{Code: fault.UnknownField, Detail: "There is no field " + quoted(field) + ".", Fields: []fault.Field{{Name: clip(field), Message: "is not known"}}}
		}
		if seen[name] {
			return Malformed(field, "stands there twice")
		}
		seen[name] = true
		if err := check(d, kind, field); err != nil {
			return err
		}
	}
	_, err := d.Token()
	return err
}

func checkArray(d *json.Decoder, t reflect.Type, path string) error {
	for i := 0; d.More(); i++ {
		if err := check(d, t.Elem(), path+"["+strconv.Itoa(i)+"]"); err != nil {
			return err
		}
	}
	_, err := d.Token()
	return err
}

// fieldsOf is what a struct's fields are called in JSON.
func fieldsOf(t reflect.Type) map[string]reflect.Type {
	fields := map[string]reflect.Type{}
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case name == "-" || !f.IsExported() && !f.Anonymous:
		case name != "":
			fields[name] = f.Type
		case f.Anonymous && f.Type.Kind() == reflect.Struct:
			for inner, kind := range fieldsOf(f.Type) {
				fields[inner] = kind
			}
		default:
			fields[f.Name] = f.Type
		}
	}
	return fields
}

// checkReader lets a type judge itself what it reads. Of null it does not learn where it is held by a pointer.
func checkReader(d *json.Decoder, t reflect.Type, path string) error {
	var raw json.RawMessage
	if err := d.Decode(&raw); err != nil {
		return fault.Wrap(fault.Malformed, "The body is not JSON.", err)
	}
	if string(raw) == "null" && !t.Implements(nullables) {
		return Malformed(named(path), "must not be null")
	}
	if reflect.New(t).Interface().(json.Unmarshaler).UnmarshalJSON(raw) != nil {
		return Malformed(named(path), "has the wrong form")
	}
	return nil
}

// drain reads to the end of the object or array that was just opened.
func drain(d *json.Decoder) error {
	for depth := 1; depth > 0; {
		token, err := d.Token()
		if err != nil {
			return err
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
	}
	return nil
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func named(path string) string {
	if path == "" {
		return "body"
	}
	return path
}

func quoted(s string) string { return strconv.Quote(clip(s)) }

// clip keeps what a client sent from filling the answer.
func clip(s string) string {
	const most = 100
	if len(s) > most {
		return strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}

// Malformed says what is wrong with the form of one field.
func Malformed(field, message string) error {
	return &fault.Error{Code: fault.Malformed, Detail: field + " " + message + ".", Fields: []fault.Field{{Name: field, Message: message}}}
}
