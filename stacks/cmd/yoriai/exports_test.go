package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/yoriai/yoriai/stacks/stage"
	"github.com/yoriai/yoriai/stacks/synth"
)

// What people take along is private, travels by TLS alone, and is forgotten by the bucket itself.
func TestTheBucketOfExports(t *testing.T) {
	for _, name := range allStages {
		found := 0
		s := templates(t, name)
		for _, b := range s.Of("AWS::S3::Bucket") {
			if b.Stack != stageNamed(t, name).Resource("exports") && !strings.Contains(b.Stack, "exports") {
				continue
			}
			found++
			rules, access := synth.JSON(b.At("LifecycleConfiguration")), synth.JSON(b.At("PublicAccessBlockConfiguration"))
			if !strings.Contains(rules, `"ExpirationInDays":2`) || !strings.Contains(rules, `"DaysAfterInitiation":1`) || !strings.Contains(rules, `"Enabled"`) {
				t.Errorf("%s: what is in it stays: %s", name, rules)
			}
			if strings.Count(access, "true") != 4 {
				t.Errorf("%s: it is not private: %s", name, access)
			}
			if b.DeletionPolicy != "Delete" {
				t.Errorf("%s: %s", name, b.DeletionPolicy)
			}
		}
		if found != 1 {
			t.Errorf("%s: %d buckets", name, found)
		}
		secure := slices.ContainsFunc(s.Of("AWS::S3::BucketPolicy"), func(p synth.Found) bool {
			policy := synth.JSON(p.At("PolicyDocument"))
			return strings.Contains(p.Stack, "exports") && strings.Contains(policy, `"aws:SecureTransport":"false"`) && strings.Contains(policy, `"Deny"`)
		})
		if !secure {
			t.Errorf("%s: it may be reached without TLS", name)
		}
	}
}

// A link can be made to whole files only, by one function; only the worker writes.
func TestWhoReachesExports(t *testing.T) {
	want := map[string]string{
		"export": "s3:AbortMultipartUpload s3:DeleteObject s3:GetObject s3:PutObject", "getJob": "s3:GetObject", "sweep": "s3:DeleteObject",
	}
	got := map[string]string{}
	for name, f := range goFunctions(t, stage.Prod) {
		var actions []string
		for _, st := range rights(t, stage.Prod, f) {
			for _, action := range st.actions {
				if strings.HasPrefix(action, "s3:") {
					actions = append(actions, action)
				}
				if name == "getJob" && strings.HasPrefix(action, "s3:") && !strings.Contains(st.resources[0], "/*/export.zip") {
					t.Errorf("%s reads %v", name, st.resources)
				}
			}
		}
		if slices.Sort(actions); len(actions) > 0 {
			got[name] = strings.Join(actions, " ")
		}
	}
	for name := range want {
		if got[name] != want[name] {
			t.Errorf("%s may %q, not %q", name, got[name], want[name])
		}
	}
	if len(got) != len(want) {
		t.Errorf("%v", got)
	}
}
