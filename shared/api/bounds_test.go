package api_test

import (
	"fmt"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/yoriai/yoriai/shared/api/apitest"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/domain/user"
)

// The bounds that the contract states are those that the code holds to.
func TestTheBoundsOfTheContractAreTheBoundsOfTheDomain(t *testing.T) {
	t.Parallel()
	document, err := apitest.Document()
	if err != nil {
		t.Fatal(err)
	}
	property := func(schema, name string) *openapi3.Schema {
		p := document.Components.Schemas[schema].Value.Properties[name]
		if p == nil {
			t.Fatalf("%s has no %s", schema, name)
		}
		return p.Value
	}
	for _, c := range []struct {
		schema, name string
		least, most  int
	}{
		{"RegisterUser", "password", user.MinPassword, user.MaxPassword},
		{"RegisterUser", "email", 3, user.MaxEmail},
		{"CreateRoom", "name", 1, room.MaxName},
		{"CreateRoom", "ai_provider", 0, room.MaxProviderName},
		{"CreateRoom", "ai_model", 0, room.MaxModelName},
		{"UpdateRoom", "name", 1, room.MaxName},
		{"UpdateRoom", "description", 0, room.MaxDescription},
		{"UpdateRoom", "ai_provider", 0, room.MaxProviderName},
		{"UpdateRoom", "ai_model", 0, room.MaxModelName},
		{"UpdateRoom", "ai_instructions", 0, room.MaxInstructions},
		{"SendMessage", "content", 1, message.MaxLength},
		{"EditMessage", "content", 1, message.MaxLength},
	} {
		p := property(c.schema, c.name)
		if p.MaxLength == nil || *p.MaxLength != uint64(c.most) || p.MinLength != uint64(c.least) {
			t.Errorf("%s.%s: %d to %v, the code holds to %d to %d", c.schema, c.name, p.MinLength, p.MaxLength, c.least, c.most)
		}
	}
	if want := fmt.Sprintf("^[A-Za-z0-9_-]{%d,%d}$", user.MinUsername, user.MaxUsername); property("RegisterUser", "username").Pattern != want {
		t.Errorf("username: %s, the code holds to %s", property("RegisterUser", "username").Pattern, want)
	}
	if p := property("UpdateRoom", "max_reply_tokens"); p.Min == nil || *p.Min != room.MinReplyTokens || p.Max == nil || *p.Max != room.MaxReplyTokens {
		t.Errorf("max_reply_tokens: %v to %v", p.Min, p.Max)
	}
}

// What has no bound of its own, because any text is answered alike: the body's size bounds it.
var unbounded = map[string]bool{"LogIn.login": true, "LogIn.password": true, "RefreshSession.refresh_token": true, "CreateInvitation.username": true,
	"InvitationToken.token": true}

// A text or number that a client sends has a bound, so that other programs can know before they ask.
func TestWhatClientsSendIsBounded(t *testing.T) {
	t.Parallel()
	seen := 0
	check := func(at string, schema *openapi3.Schema) {
		seen++
		text := schema.Type.Is("string") && schema.MaxLength == nil && schema.Pattern == "" && schema.Format == "" && len(schema.Enum) == 0
		number := schema.Type.Is("integer") && (schema.Min == nil || schema.Max == nil)
		if (text || number) != unbounded[at] {
			t.Errorf("%s has no bound: %v, is listed as such: %v", at, text || number, unbounded[at])
		}
	}
	var walk func(at string, schema *openapi3.SchemaRef)
	walk = func(at string, schema *openapi3.SchemaRef) {
		check(at, schema.Value)
		if schema.Value.Type.Is("object") && (schema.Value.AdditionalProperties.Has == nil || *schema.Value.AdditionalProperties.Has) {
			t.Errorf("%s admits fields that it does not name", at)
		}
		for name, property := range schema.Value.Properties {
			walk(at+"."+name, property)
		}
	}
	for id, operation := range apitest.Operations(t) {
		if id == "stripeWebhook" {
			continue // Stripe's own contract says what it sends; it is read as bytes, whatever they say of themselves
		}
		for _, parameter := range operation.Spec.Parameters {
			walk(id+" "+parameter.Value.Name, parameter.Value.Schema)
		}
		if operation.Spec.RequestBody != nil {
			body := operation.Spec.RequestBody.Value.Content["application/json"].Schema
			walk(nameOf(body.Ref), body)
			for _, status := range []string{"400", "413", "415"} {
				if operation.Spec.Responses.Value(status) == nil {
					t.Errorf("%s reads a body, but names no %s", id, status)
				}
			}
		}
	}
	if seen < 50 {
		t.Errorf("only %d were looked at", seen)
	}
}

func nameOf(ref string) string {
	const schemas = "#/components/schemas/"
	return ref[len(schemas):]
}
