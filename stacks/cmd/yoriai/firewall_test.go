package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/yoriai/yoriai/stacks/stage"
	"github.com/yoriai/yoriai/stacks/synth"
)

func TestTheFirewall(t *testing.T) {
	for _, name := range awsStages {
		acl := templates(t, name).Of("AWS::WAFv2::WebACL")[0]
		if acl.Text("Scope") != "CLOUDFRONT" {
			t.Errorf("%s: %s", name, acl.Text("Scope"))
		}
		var limits, readers int
		for _, r := range acl.List("Rules") {
			rule, _ := r.(map[string]any)
			text := synth.JSON(rule)
			if strings.Contains(text, "RateBasedStatement") {
				limits++
				// Who is over the limit hears so: a bare 403 reads as a lack of rights.
				if !strings.Contains(text, `"ResponseCode":429`) || !strings.Contains(text, `"Retry-After"`) {
					t.Errorf("%s: %s", name, text)
				}
			}
			// A message that quotes an attack is no attack.
			if strings.Contains(text, "KnownBadInputs") {
				readers++
				if !strings.Contains(text, `"ScopeDownStatement":{"NotStatement":{"Statement":{"ByteMatchStatement"`) || !strings.Contains(text, `"SearchString":"/api/"`) {
					t.Errorf("%s: what people write is looked through: %s", name, text)
				}
			}
		}
		if limits != 1 || readers != map[bool]int{true: 1}[name == stage.Prod] {
			t.Errorf("%s: %d limits, %d groups that read bodies", name, limits, readers)
		}
		body, _ := acl.At("CustomResponseBodies", "too-many").(map[string]any)
		var problem struct {
			Code, Type, Title, Detail string
			Status                    int
		}
		if err := json.Unmarshal([]byte(body["Content"].(string)), &problem); err != nil || problem.Code != "rate_limited" || problem.Status != 429 || problem.Title == "" {
			t.Errorf("%s: %v, %+v", name, err, problem)
		}
	}
}
