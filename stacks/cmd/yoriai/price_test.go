package main

import (
	"testing"

	"github.com/yoriai/yoriai/stacks/price"
	"github.com/yoriai/yoriai/stacks/stage"
	"github.com/yoriai/yoriai/stacks/synth"
)

const tokyo = "ap-northeast-1"

func pricesOf(t *testing.T, s synth.Stage) price.List {
	t.Helper()
	list, err := price.ListOf(s)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// The goals of the stages, in US dollars a month without use, in both regions.
func TestIdlePrice(t *testing.T) {
	for _, c := range []struct {
		stage       stage.Name
		least, most float64
		inTokyo     float64
	}{
		{stage.Local, 0, 0, 0},
		{stage.Dev, 10, 20, 20},
		{stage.Staging, 80, 160, 200},
		{stage.Prod, 200, 360, 450},
	} {
		made := []synth.Stage{templates(t, c.stage)}
		if c.stage != stage.Local {
			made = append(made, inRegion(t, c.stage, tokyo))
		}
		for i, s := range made {
			most := []float64{c.most, c.inTokyo}[i]
			bill := price.Idle(s, pricesOf(t, s))
			t.Logf("%s in %s, a month without use, US$:\n%s", c.stage, s["api"].Region, bill)
			if got := bill.Total(); got < c.least || got > most {
				t.Errorf("%s in %s costs $%.2f without use; expected $%.0f–%.0f", c.stage, s["api"].Region, got, c.least, most)
			}
		}
	}
}

func TestPriceOfAThousandTurns(t *testing.T) {
	for _, name := range awsStages {
		for _, s := range []synth.Stage{templates(t, name), inRegion(t, name, tokyo)} {
			bill := price.Thousand(s, pricesOf(t, s), price.Usual)
			t.Logf("%s in %s, 1,000 AI turns, US$:\n%s", name, s["api"].Region, bill)
			if got := bill.Total(); got < 0.2 || got > 0.8 {
				t.Errorf("%s: 1,000 turns cost $%.2f", name, got)
			}
		}
	}
}

// Switches that cost show up in the price.
func TestThePriceFollowsTheTemplates(t *testing.T) {
	dev := stageNamed(t, stage.Dev)
	prices := pricesOf(t, templates(t, stage.Dev))
	before := price.Idle(templates(t, stage.Dev), prices).Total()
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
		if more := price.Idle(synthesise(t, changed), prices).Total() - before; more < c.more || more > c.more+2 {
			t.Errorf("%s costs $%.2f more, expected about $%.0f", c.what, more, c.more)
		}
	}
}
