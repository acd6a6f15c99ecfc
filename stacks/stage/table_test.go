package stage_test

import (
	"testing"

	"github.com/yoriai/yoriai/stacks/stage"
)

func find(t *testing.T, name stage.Name, env map[string]string) stage.Stage {
	t.Helper()
	s, err := stage.Find(string(name), func(n string) string { return env[n] })
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// The shapes of the stages, row by row.
func TestShapes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		stage   stage.Name
		network bool
		nat     bool
		least   float64
		reader  bool
		redis   bool
		gateway stage.Balancing
		tasks   int
		days    int
		edge    bool
	}{
		{stage.Local, false, false, 0, false, true, stage.NoBalancing, 0, 14, false},
		{stage.Dev, true, false, 0, false, false, stage.CloudMap, 1, 14, true},
		{stage.Staging, true, true, 0.5, false, true, stage.NLB, 1, 14, true},
		{stage.Prod, true, true, 0.5, true, true, stage.NLB, 2, 90, true},
	} {
		s := find(t, c.stage, nil)
		got := []any{s.Network.Exists, s.Network.NATGateways > 0, s.Database.MinACU, s.Database.Reader,
			s.Redis.URL != "" || s.Redis.Serverless, s.Gateway.Balancing, s.Gateway.MinTasks, s.LogDays, s.Edge.Exists}
		want := []any{c.network, c.nat, c.least, c.reader, c.redis, c.gateway, c.tasks, c.days, c.edge}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("%s: column %d is %v, want %v", c.stage, i+1, got[i], want[i])
			}
		}
		if s.Database.Proxy {
			t.Errorf("%s: RDS Proxy is a switch, and off", c.stage)
		}
	}
}

func TestDevSleeps(t *testing.T) {
	t.Parallel()
	dev := find(t, stage.Dev, nil)
	if dev.Database.PauseAfterSecs == 0 || dev.Database.IdleSessionLimit != 60_000 || dev.Database.MaxACU != 4 {
		t.Errorf("dev's database: %+v", dev.Database)
	}
	if len(dev.Provisioned) != 0 || dev.Workers.ReplyPollersMax != 0 {
		t.Error("dev keeps nothing warm")
	}
}

func TestProductionKeepsSomeWarm(t *testing.T) {
	t.Parallel()
	prod := find(t, stage.Prod, nil)
	if prod.Provisioned["ai-replies"] != 2 || prod.Provisioned["sendMessage"] != 2 || prod.Workers.ReplyPollersMax == 0 {
		t.Errorf("prod: %v, %+v", prod.Provisioned, prod.Workers)
	}
}

func TestTheLocalStageIsToldWhereItsPartsAre(t *testing.T) {
	t.Parallel()
	env := map[string]string{"YORIAI_LOCAL_DATABASE_URL": "postgres://elsewhere", "YORIAI_LOCAL_AWS_ENDPOINT": "http://127.0.0.1:4999",
		"YORIAI_LOCAL_OTLP_ENDPOINT": "http://127.0.0.1:4318"}
	s := find(t, stage.Local, env)
	if s.Database.URL != "postgres://elsewhere" || s.API.Endpoint != "http://127.0.0.1:4999" || s.OTLPEndpoint != "http://127.0.0.1:4318" {
		t.Errorf("%+v %+v %s", s.Database, s.API, s.OTLPEndpoint)
	}
	if prod := find(t, stage.Prod, env); prod.Database.URL != "" || prod.API.Endpoint != "" || prod.OTLPEndpoint != "" {
		t.Error("production listens to the local stage's environment")
	}
}

func TestContradictionsAreRefused(t *testing.T) {
	t.Parallel()
	for what, change := range map[string]func(*stage.Stage){
		"an edge elsewhere":           func(s *stage.Stage) { s.Region = "eu-central-1" },
		"private tasks without a NAT": func(s *stage.Stage) { s.Network.NATGateways = 0 },
		"Aurora without a network":    func(s *stage.Stage) { s.Network.Exists = false },
		"odd retention":               func(s *stage.Stage) { s.LogDays = 30 },
		"a short memory":              func(s *stage.Stage) { s.RetentionDays = 29 },
		"a domain without a key":      func(s *stage.Stage) { s.Edge.Domain = "yoriai.example" },
		"a certificate elsewhere": func(s *stage.Stage) {
			s.Edge.Domain, s.Edge.CertificateARN = "yoriai.example", "arn:aws:acm:ap-northeast-1:1:certificate/2"
		},
	} {
		s := find(t, stage.Prod, nil)
		change(&s)
		if s.Validate() == nil {
			t.Errorf("%s was accepted", what)
		}
	}
	if _, err := stage.Find("production", nil); err == nil {
		t.Error("an unknown stage was found")
	}
}

func TestRegions(t *testing.T) {
	t.Parallel()
	for _, region := range stage.Regions() {
		s, err := find(t, stage.Prod, nil).In(region)
		if err != nil || s.Region != region || len(s.Network.Zones) != 2 || s.Network.Zones[0] == s.Network.Zones[1] {
			t.Errorf("%s: %v, zones %v", region, err, s.Network.Zones)
		}
	}
	if _, err := find(t, stage.Prod, nil).In("eu-central-1"); err == nil {
		t.Error("a region without zones and prices was accepted")
	}
	if _, err := find(t, stage.Local, nil).In("ap-northeast-1"); err == nil {
		t.Error("the local stage moved away")
	}
}
