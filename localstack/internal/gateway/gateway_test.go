package gateway

import (
	"slices"
	"testing"
)

func TestTheGatewayGetsWhatConcernsIt(t *testing.T) {
	concerns := []string{
		"OPENAI_API_KEY=k", "GATEWAY_CA_FILE=/ca.pem", "SSL_CERT_FILE=/ca.pem", "HTTPS_PROXY=proxy:1", "no_proxy=company.test",
	}
	others := []string{"HOME=/h", "HTTPS_PROXY_NOTE=x", "OPENAI_COMPATIBLE_SERVERS=[]", "STRIPE_KEY=s"}
	kept := Gateway{Keys: slices.Concat(others, concerns)}.keys()
	if !slices.Equal(kept, concerns) {
		t.Errorf("kept %v", kept)
	}
}
