package http

import (
	"encoding/json"

	"github.com/labstack/echo/v4"
)

// plainJSON writes answers without the escapes for HTML, which no client needs and which make < six bytes long.
type plainJSON struct{ echo.DefaultJSONSerializer }

// Serialize implements echo.JSONSerializer.
func (plainJSON) Serialize(c echo.Context, v any, indent string) error {
	e := json.NewEncoder(c.Response())
	e.SetEscapeHTML(false)
	e.SetIndent("", indent)
	return e.Encode(v)
}
