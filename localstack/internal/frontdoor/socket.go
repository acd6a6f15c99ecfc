package frontdoor

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// socketProxy passes WebSockets to the WebSocket API, frame by frame, so that API Gateway's limits and CloudFront's
// impatience hold here too.
type socketProxy struct{ config Config }

// ServeHTTP upgrades the client if the $connect function lets it in.
func (p *socketProxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
		bare(w, http.StatusUpgradeRequired, "Upgrade Required")
		return
	}
	origin, err := net.DialTimeout("tcp", p.config.AWS.Host, 5*time.Second)
	if err != nil {
		p.config.apiAway(w, r, err)
		return
	}
	defer origin.Close() //nolint:errcheck // Both ends are done with it.
	fromOrigin := bufio.NewReader(origin)
	answer, err := p.handshake(r, origin, fromOrigin)
	if err != nil {
		p.config.apiAway(w, r, err)
		return
	}
	if answer.StatusCode != http.StatusSwitchingProtocols {
		refuse(w, answer)
		return
	}
	client, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		p.config.apiAway(w, r, err)
		return
	}
	defer client.Close() //nolint:errcheck // Both ends are done with it.
	if err := answer.Write(client); err != nil {
		return
	}
	p.relay(client, buffered.Reader, origin, fromOrigin)
}

// handshake asks the WebSocket API for a socket as CloudFront would.
func (p *socketProxy) handshake(r *http.Request, origin net.Conn, fromOrigin *bufio.Reader) (*http.Response, error) {
	target := p.config.execute(p.config.WebSocketAPI).JoinPath(webSocketStage)
	out := r.Clone(r.Context())
	out.URL = &url.URL{Scheme: target.Scheme, Host: target.Host, Path: target.Path, RawQuery: r.URL.RawQuery}
	out.Host = target.Host
	out.Header.Set(ViewerHeader, p.config.viewer(r))
	out.Header.Set(SecretHeader, p.config.Secret)
	out.Header.Set("X-Forwarded-Host", p.config.PublicHost)
	out.Header.Set("X-Forwarded-Proto", "http")
	if host, _, err := net.SplitHostPort(r.RemoteAddr); err == nil {
		out.Header.Add("X-Forwarded-For", host)
	}
	// The relay passes frames on as they are: no compression that it would have to know of.
	out.Header.Del("Sec-WebSocket-Extensions")
	if err := origin.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		return nil, fmt.Errorf("set the handshake's deadline: %w", err)
	}
	if err := out.Write(origin); err != nil {
		return nil, fmt.Errorf("send the handshake: %w", err)
	}
	answer, err := http.ReadResponse(fromOrigin, out)
	if err != nil {
		return nil, fmt.Errorf("read the handshake's answer: %w", err)
	}
	return answer, origin.SetDeadline(time.Time{})
}

// refuse passes on the answer of a $connect that did not let the client in.
func refuse(w http.ResponseWriter, answer *http.Response) {
	defer answer.Body.Close() //nolint:errcheck // Only read.
	for name, values := range answer.Header {
		w.Header()[name] = values
	}
	w.Header().Del("Connection")
	w.WriteHeader(answer.StatusCode)
	_, _ = io.Copy(w, io.LimitReader(answer.Body, maxFrame))
}

// relay passes frames both ways until one side ends.
func (p *socketProxy) relay(client net.Conn, fromClient *bufio.Reader, origin net.Conn, fromOrigin *bufio.Reader) {
	toClient := &frameWriter{conn: client}
	var both sync.WaitGroup
	both.Go(func() {
		// Unblocks the other direction; its connection is closed by the caller.
		defer client.SetReadDeadline(time.Unix(1, 0)) //nolint:errcheck // It is over either way.
		// CloudFront drops a socket whose origin says nothing for too long.
		heard := func() { _ = origin.SetReadDeadline(time.Now().Add(p.config.Silence)) }
		heard()
		for {
			f, err := readFrame(fromOrigin, maxMessage)
			if err != nil {
				return
			}
			heard()
			if toClient.write(f.raw) != nil {
				return
			}
		}
	})
	both.Go(func() {
		defer origin.Close() //nolint:errcheck // Ends the other direction.
		if err := passToOrigin(fromClient, origin); errors.Is(err, errTooBig) {
			_ = toClient.write(closeFrame(closeTooBig))
		}
	})
	both.Wait()
}

// passToOrigin passes the client's frames on within API Gateway's limits.
func passToOrigin(fromClient *bufio.Reader, origin io.Writer) error {
	message := 0
	for {
		f, err := readFrame(fromClient, maxFrame)
		if err != nil {
			return err
		}
		if !f.control() {
			if f.opcode != opContinuation {
				message = 0
			}
			if message += f.payload; message > maxMessage {
				return errTooBig
			}
		}
		if _, err := origin.Write(f.raw); err != nil {
			return fmt.Errorf("pass a frame on: %w", err)
		}
	}
}

// frameWriter writes whole frames to the client from both directions of the relay.
type frameWriter struct {
	mu   sync.Mutex
	conn net.Conn
}

func (w *frameWriter) write(raw []byte) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.conn.SetWriteDeadline(time.Now().Add(30 * time.Second)); err != nil {
		return fmt.Errorf("set a deadline: %w", err)
	}
	if _, err := w.conn.Write(raw); err != nil {
		return fmt.Errorf("write a frame: %w", err)
	}
	return nil
}
