// Package frontdoor is CloudFront's part in the local cloud: the one origin under which web, API and WebSocket are seen.
//
// It does what CloudFront and API Gateway do to a request, so that what depends on it is seen here and not first on AWS:
// the upstream gets another Host than the browser sent (AllViewerExceptHostHeader) and learns the public one from
// X-Forwarded-Host; a secret header proves to the functions that the request came this way; requests over AWS's limits
// are refused with AWS's own bare answers.
package frontdoor

import (
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"time"
)

// Headers of our own: SecretHeader carries the origin secret to the functions, ViewerHeader the viewer's address. What a
// client says in them is dropped, but for the web app's server, which knows the secret: it calls for its viewers.
const (
	SecretHeader = "X-Yoriai-Origin-Secret" //nolint:gosec // A name, not the secret.
	ViewerHeader = "X-Yoriai-Viewer"
)

// API Gateway's stages.
const (
	httpStage      = "api"
	webSocketStage = "ws"
)

// Config is where the parts are.
type Config struct {
	// PublicHost is the host people type.
	PublicHost string
	// Web is the web application.
	Web *url.URL
	// AWS is the endpoint of the local AWS.
	AWS *url.URL
	// HTTPAPI and WebSocketAPI are API Gateway's ids.
	HTTPAPI, WebSocketAPI string
	// Secret is the origin secret.
	Secret string
	Log    *slog.Logger
	// Silence is after how long a silent origin's socket is dropped; zero means CloudFront's 10 minutes.
	Silence time.Duration
}

// New is the handler that stands at the public address.
func New(c Config) http.Handler {
	if c.Silence == 0 {
		c.Silence = 10 * time.Minute
	}
	mux := http.NewServeMux()
	faults := &faults{}
	mux.Handle("/"+httpStage+"/", faults.before(limitBody(c.api())))
	mux.Handle("/"+httpStage, limitBody(c.api()))
	mux.Handle(FaultsPath, faults)
	mux.Handle("/"+webSocketStage, &socketProxy{config: c})
	mux.Handle("/", c.web())
	return recordAccess(c.Log, limitHead(mux))
}

// execute is the path-style address of an API's stage. CloudFront has no origin path: the stage is the first part of the
// path that the browser asked for.
func (c Config) execute(api string) *url.URL {
	stage := *c.AWS
	stage.Path = strings.TrimSuffix(stage.Path, "/") + "/_aws/execute-api/" + api
	return &stage
}

// api passes /api/… to the HTTP API.
func (c Config) api() http.Handler {
	target := c.execute(c.HTTPAPI)
	return c.proxy(func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.Out.Header.Set(SecretHeader, c.Secret)
	}, c.apiAway)
}

// web passes everything else to the web application. Pages are seen at the one public host: at another name of this machine
// (127.0.0.1, [::1]) a form would be refused only after it was filled in, as another site's.
func (c Config) web() http.Handler {
	pages := c.proxy(func(r *httputil.ProxyRequest) { r.SetURL(c.Web) }, c.webAway)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Host != c.PublicHost && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
			http.Redirect(w, r, "http://"+c.PublicHost+r.URL.RequestURI(), http.StatusTemporaryRedirect) //nolint:gosec // the host is ours; the request names only what stands behind it
			return
		}
		pages.ServeHTTP(w, r)
	})
}

// proxy is a reverse proxy that treats headers as CloudFront does.
func (c Config) proxy(route func(*httputil.ProxyRequest), away func(http.ResponseWriter, *http.Request, error)) http.Handler {
	return &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.Header.Del(SecretHeader)
			r.Out.Header.Set(ViewerHeader, c.viewer(r.In))
			// What the client claims about itself is appended to, as CloudFront does.
			r.Out.Header["X-Forwarded-For"] = r.In.Header["X-Forwarded-For"]
			r.SetXForwarded()
			r.Out.Header.Set("X-Forwarded-Host", c.PublicHost)
			route(r)
			r.Out.Host = r.Out.URL.Host
		},
		Transport:    transport,
		ErrorHandler: away,
		// Server-sent chunks of a page are passed on as they come.
		FlushInterval: -1,
	}
}

// viewer is the address of the one whom a request is for.
func (c Config) viewer(r *http.Request) string {
	if said := r.Header.Get(ViewerHeader); said != "" && r.Header.Get(SecretHeader) == c.Secret {
		return said
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// transport keeps connections to the upstreams; an HTTP API gives up on a function after 30 s.
var transport = &http.Transport{
	MaxIdleConns:          256,
	MaxIdleConnsPerHost:   128,
	IdleConnTimeout:       90 * time.Second,
	ResponseHeaderTimeout: 30 * time.Second,
	DisableCompression:    true,
}

// apiAway answers as API Gateway does when a function does not.
func (c Config) apiAway(w http.ResponseWriter, r *http.Request, err error) {
	var tooLarge *http.MaxBytesError
	switch {
	case r.Context().Err() != nil: // the client left
	case errors.As(err, &tooLarge):
		bare(w, http.StatusRequestEntityTooLarge, "Request Entity Too Large")
	default:
		c.Log.Warn("the local AWS did not answer", "path", r.URL.Path, "error", err)
		bare(w, http.StatusServiceUnavailable, "Service Unavailable")
	}
}

// webAway answers when the web application does not.
func (c Config) webAway(w http.ResponseWriter, r *http.Request, err error) {
	if r.Context().Err() != nil {
		return // the client left
	}
	c.Log.Warn("the web application did not answer", "path", r.URL.Path, "error", err)
	w.Header().Set("Retry-After", "2")
	http.Error(w, "The web application does not answer. It may be starting again: see `make status` and `make logs PART=web`.", http.StatusBadGateway)
}

// isAPI tells whether a path belongs to API Gateway.
func isAPI(path string) bool {
	return path == "/"+httpStage || strings.HasPrefix(path, "/"+httpStage+"/") || path == "/"+webSocketStage
}
