package constructs

import (
	"embed"
	"fmt"
)

// authorities are, for each region, the roots of RDS's certificates there and
// Amazon's own, which sign the proxy's: no system has the former. AWS publishes
// them at truststore.pki.rds.amazonaws.com.
//
//go:embed authorities/*.pem
var authorities embed.FS

const authoritiesName = "rds-ca.pem"

// AuthoritiesPath is where a function finds them.
const AuthoritiesPath = "/var/task/" + authoritiesName

// Authorities returns the file of the region's.
func Authorities(region string) (File, error) {
	text, err := authorities.ReadFile("authorities/" + region + ".pem")
	if err != nil {
		return File{}, fmt.Errorf("no certificate authorities of RDS in %s: %w", region, err)
	}
	return File{Name: authoritiesName, Content: text}, nil
}
