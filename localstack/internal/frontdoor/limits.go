package frontdoor

import (
	"encoding/json"
	"net/http"
)

// AWS's limits.
const (
	// maxURL is CloudFront's limit for a URL.
	maxURL = 8192
	// maxHead is an HTTP API's limit for request line and headers together.
	maxHead = 10240
	// maxBody is an HTTP API's limit for a body.
	maxBody = 10 << 20
	// maxFrame and maxMessage are a WebSocket API's limits.
	maxFrame   = 32 << 10
	maxMessage = 128 << 10
)

// limitHead refuses what CloudFront and API Gateway refuse before anyone sees it.
func limitHead(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case len(r.Host)+len(r.URL.RequestURI()) > maxURL:
			bare(w, http.StatusRequestURITooLong, "URI Too Long")
		case isAPI(r.URL.Path) && headSize(r) > maxHead:
			bare(w, http.StatusRequestHeaderFieldsTooLarge, "Request Header Fields Too Large")
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// headSize is the length of request line and headers as they came over the wire.
func headSize(r *http.Request) int {
	size := len(r.Method) + len(r.RequestURI) + len(r.Proto) + len("  \r\n") + len("Host: \r\n") + len(r.Host)
	for name, values := range r.Header {
		for _, value := range values {
			size += len(name) + len(value) + len(": \r\n")
		}
	}
	return size
}

// limitBody refuses bodies that API Gateway refuses.
func limitBody(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength > maxBody {
			bare(w, http.StatusRequestEntityTooLarge, "Request Entity Too Large")
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		next.ServeHTTP(w, r)
	})
}

// bare answers as API Gateway does: a message and nothing else.
func bare(w http.ResponseWriter, status int, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"message": message})
}
