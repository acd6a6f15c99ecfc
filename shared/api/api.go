// Package api holds the contracts of the HTTP and the WebSocket API, and the Go types made from them.
package api

import _ "embed"

// OpenAPI is the contract of the HTTP API.
//
//go:embed openapi.yaml
var OpenAPI []byte

// AsyncAPI is the contract of the WebSocket API.
//
//go:embed asyncapi.yaml
var AsyncAPI []byte

// ExportSchema says what the files hold that people take along.
//
//go:embed export.schema.json
var ExportSchema []byte

// Workers declares what runs without a caller.
//
//go:embed workers.yaml
var Workers []byte

//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen@v2.8.2 -config oapi-codegen.yaml openapi.yaml
