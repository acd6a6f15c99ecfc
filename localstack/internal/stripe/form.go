package stripe

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// nested reads Stripe's way to write objects and lists into a form: a[b]=1, a[0][b]=1, a[]=1.
func nested(form url.Values) object {
	root := object{}
	for _, name := range slices.Sorted(maps.Keys(form)) {
		head, rest, _ := strings.Cut(name, "[")
		steps := []string{head}
		if rest != "" {
			steps = append(steps, strings.Split(strings.TrimSuffix(rest, "]"), "][")...)
		}
		for i, value := range form[name] {
			path := slices.Clone(steps)
			if last := len(path) - 1; path[last] == "" {
				path[last] = strconv.Itoa(i)
			}
			at := root
			for _, step := range path[:len(path)-1] {
				next, ok := at[step].(object)
				if !ok {
					next = object{}
					at[step] = next
				}
				at = next
			}
			at[path[len(path)-1]] = value
		}
	}
	return root
}

// values reads a list that a form holds.
func values(v any) []any {
	m, _ := v.(object)
	var list []any
	for i := 0; ; i++ {
		item, there := m[strconv.Itoa(i)]
		if !there {
			return list
		}
		list = append(list, item)
	}
}

func text(o object, name string) string {
	v, _ := o[name].(string)
	return v
}

// number reads a number that was kept as JSON, counted here, or written in a form.
func number(o object, name string) int64 {
	switch v := o[name].(type) {
	case float64:
		return int64(v)
	case int64:
		return v
	case int:
		return int64(v)
	case string:
		n, err := strconv.ParseInt(v, 10, 64)
		if err == nil {
			return n
		}
	}
	return 0
}

func nest(o object, name string) object {
	v, _ := o[name].(object)
	if v == nil {
		return object{}
	}
	return v
}

func page(list []object) object {
	if list == nil {
		list = []object{}
	}
	return object{"object": "list", "data": list, "has_more": false, "url": "/v1"}
}

// expand puts objects in the place of their ids where a path says so.
func (s *Server) expand(result any, paths []string, form url.Values) any {
	for i := range 10 {
		paths = append(paths, form["expand["+strconv.Itoa(i)+"]"]...)
	}
	if len(paths) == 0 {
		return result
	}
	copied := deep(result)
	for _, path := range paths {
		copied = s.open(copied, strings.Split(path, "."))
	}
	return copied
}

func (s *Server) open(v any, path []string) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = s.open(v[i], path)
		}
	case object:
		if len(path) == 0 {
			return v
		}
		v[path[0]] = s.open(v[path[0]], path[1:])
	case string:
		if o := s.data.Objects[v]; o != nil {
			return s.open(deep(o), path)
		}
	}
	return v
}

// deep copies objects and lists; lists of objects become lists of anything.
func deep(v any) any {
	switch v := v.(type) {
	case object:
		out := object{}
		for name, value := range v {
			out[name] = deep(value)
		}
		return out
	case []object:
		out := make([]any, len(v))
		for i := range v {
			out[i] = deep(v[i])
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = deep(v[i])
		}
		return out
	}
	return v
}
