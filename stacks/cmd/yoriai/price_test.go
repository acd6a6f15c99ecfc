package main

import (
	"testing"

	"github.com/yoriai/yoriai/stacks/price"
	"github.com/yoriai/yoriai/stacks/stage"
)

// The goals of the stages, in US dollars a month without use.
func TestIdlePrice(t *testing.T) {
	for _, c := range []struct {
		stage       stage.Name
		least, most float64
	}{
		{stage.Local, 0, 0},
		{stage.Dev, 10, 20},
		{stage.Staging, 80, 160},
		{stage.Prod, 200, 360},
	} {
		bill := price.Idle(templates(t, c.stage), price.USEast1)
		t.Logf("%s, a month without use, US$:\n%s", c.stage, bill)
		if got := bill.Total(); got < c.least || got > c.most {
			t.Errorf("%s costs $%.2f without use; expected $%.0f–%.0f", c.stage, got, c.least, c.most)
		}
	}
}

func TestPriceOfAThousandTurns(t *testing.T) {
	for _, name := range awsStages {
		bill := price.Thousand(templates(t, name), price.USEast1, price.Usual)
		t.Logf("%s, 1,000 AI turns, US$:\n%s", name, bill)
		if got := bill.Total(); got < 0.2 || got > 0.6 {
			t.Errorf("%s: 1,000 turns cost $%.2f", name, got)
		}
	}
}

// Switches that cost show up in the price.
func TestThePriceFollowsTheTemplates(t *testing.T) {
	dev := stageNamed(t, stage.Dev)
	before := price.Idle(templates(t, stage.Dev), price.USEast1).Total()
	for _, c := range []struct {
		what   string
		change func(*stage.Stage)
		more   float64
	}{
		{"RDS Proxy", func(s *stage.Stage) { s.Database.Proxy = true }, 87},
		{"a NAT gateway", func(s *stage.Stage) { s.Network.NATGateways = 1 }, 36},
		{"never pausing", func(s *stage.Stage) { s.Database.MinACU = 0.5 }, 43},
		{"Valkey", func(s *stage.Stage) { s.Redis = stage.Redis{Serverless: true, MaxStorageGB: 1, MaxECPU: 1000} }, 6},
	} {
		changed := dev
		c.change(&changed)
		if more := price.Idle(synthesise(t, changed), price.USEast1).Total() - before; more < c.more || more > c.more+2 {
			t.Errorf("%s costs $%.2f more, expected about $%.0f", c.what, more, c.more)
		}
	}
}
