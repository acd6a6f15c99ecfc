package stage

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Global is the region of what belongs to CloudFront: its firewall, its
// certificate, and their metrics are there, wherever the stage is.
const Global = "us-east-1"

// regions are where a stage can be, with the two zones of its network. Zones go
// by their ids: the letter names mean another zone in every account, and some
// zones lack services (use1-az3: Lambda in a VPC, Fargate; apne1-az3 is closed
// to new accounts). A region needs a row here, the authorities of its databases
// (constructs/authorities) and a price list.
var regions = map[string][]string{
	"us-east-1":      {"use1-az4", "use1-az6"},
	"ap-northeast-1": {"apne1-az1", "apne1-az4"},
}

// Regions returns the regions that a stage can be in.
func Regions() []string { return slices.Sorted(maps.Keys(regions)) }

// In returns the stage in that region.
func (s Stage) In(region string) (Stage, error) {
	if s.IsLocal() && region != s.Region {
		return Stage{}, fmt.Errorf("stage %s is on this machine, and in no region of AWS", s.Name)
	}
	s.Region = region
	if s.Network.Exists {
		s.Network.Zones = regions[region]
	}
	return s, s.Validate()
}

// AtTheEdge is the stage as seen by the stacks that CloudFront wants in its own region.
func (s Stage) AtTheEdge() Stage {
	s.Region = Global
	return s
}

func (s Stage) validateRegion() error {
	if _, known := regions[s.Region]; !known {
		return fmt.Errorf("stage %s: no region %q; there are %v", s.Name, s.Region, Regions())
	}
	if arn := s.Edge.CertificateARN; arn != "" && !strings.HasPrefix(arn, "arn:aws:acm:"+Global+":") {
		return fmt.Errorf("stage %s: CloudFront takes certificates of %s only, not %s", s.Name, Global, arn)
	}
	return nil
}
