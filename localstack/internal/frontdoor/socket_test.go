package frontdoor

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"testing"
	"time"
)

// echoOrigin is a WebSocket API that lets everyone in but ?ticket=bad and sends every frame back.
func echoOrigin(t *testing.T, seen chan<- *http.Request) http.Handler {
	t.Helper()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen <- r
		if r.URL.Query().Get("ticket") == "bad" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		conn, buffered, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		_, _ = conn.Write([]byte("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n"))
		for {
			f, err := readFrame(buffered.Reader, 1<<20)
			if err != nil {
				return
			}
			if _, err := conn.Write(f.raw); err != nil || f.opcode == opClose {
				return
			}
		}
	})
}

// openSocket upgrades through the front door.
func openSocket(t *testing.T, d *door, query string) (*http.Response, net.Conn, *bufio.Reader) {
	t.Helper()
	conn, err := net.Dial("tcp", d.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	_, _ = conn.Write([]byte("GET /ws" + query + " HTTP/1.1\r\nHost: localhost:8080\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
		"Origin: http://localhost:8080\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n" +
		"Sec-WebSocket-Extensions: permessage-deflate\r\n" + SecretHeader + ": forged\r\n\r\n"))
	reader := bufio.NewReader(conn)
	response, err := http.ReadResponse(reader, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = response.Body.Close() })
	return response, conn, reader
}

// textFrame is a client's masked frame; the mask is zero, so that the payload can be read.
func textFrame(final bool, opcode byte, payload []byte) []byte {
	first := opcode
	if final {
		first |= 0x80
	}
	raw := []byte{first, 0x80}
	switch n := len(payload); {
	case n < 126:
		raw[1] |= byte(n)
	case n < 1<<16:
		raw[1] |= 126
		raw = binary.BigEndian.AppendUint16(raw, uint16(n))
	default:
		raw[1] |= 127
		raw = binary.BigEndian.AppendUint64(raw, uint64(n))
	}
	raw = append(raw, 0, 0, 0, 0)
	return append(raw, payload...)
}

func TestASocketIsPassedThroughBothWays(t *testing.T) {
	t.Parallel()
	seen := make(chan *http.Request, 1)
	d := newDoor(t, echoOrigin(t, seen))
	response, conn, reader := openSocket(t, d, "?ticket=good")
	if response.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("status = %d", response.StatusCode)
	}
	r := <-seen
	if got := r.URL.String(); got != "/_aws/execute-api/wsid/ws?ticket=good" {
		t.Errorf("upstream address = %s", got)
	}
	if got := r.Header.Values(SecretHeader); len(got) != 1 || got[0] != testSecret {
		t.Errorf("secret = %q, want only the real one", got)
	}
	if got := r.Header.Values(ViewerHeader); len(got) != 1 || got[0] != "127.0.0.1" {
		t.Errorf("the viewer is %q", got)
	}
	if r.Host == "localhost:8080" || r.Header.Get("X-Forwarded-Host") != "localhost:8080" {
		t.Errorf("Host = %s, X-Forwarded-Host = %s", r.Host, r.Header.Get("X-Forwarded-Host"))
	}
	if r.Header.Get("Origin") != "http://localhost:8080" || r.Header.Get("Sec-Websocket-Extensions") != "" {
		t.Errorf("Origin = %q, extensions = %q", r.Header.Get("Origin"), r.Header.Get("Sec-Websocket-Extensions"))
	}
	for _, size := range []int{0, 5, 126, 1000, maxFrame} {
		sent := textFrame(true, 1, bytes.Repeat([]byte("x"), size))
		if _, err := conn.Write(sent); err != nil {
			t.Fatal(err)
		}
		got := make([]byte, len(sent))
		if _, err := io.ReadFull(reader, got); err != nil || !bytes.Equal(got, sent) {
			t.Fatalf("a frame of %d bytes did not come back: %v", size, err)
		}
	}
}

func TestARefusedSocketGetsTheFunctionsAnswer(t *testing.T) {
	t.Parallel()
	d := newDoor(t, echoOrigin(t, make(chan *http.Request, 1)))
	response, _, _ := openSocket(t, d, "?ticket=bad")
	if response.StatusCode != http.StatusUnauthorized {
		t.Errorf("status = %d, want 401", response.StatusCode)
	}
}

func TestFramesAndMessagesOverTheLimitCloseTheSocket(t *testing.T) {
	t.Parallel()
	chunk := bytes.Repeat([]byte("x"), maxFrame)
	tests := map[string][][]byte{
		"one frame over 32 KB": {textFrame(true, 1, append(chunk, 'x'))},
		"a message over 128 KB in allowed frames": {
			textFrame(false, 1, chunk), textFrame(false, 0, chunk), textFrame(false, 0, chunk), textFrame(false, 0, chunk), textFrame(true, 0, []byte("x")),
		},
	}
	for name, frames := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDoor(t, echoOrigin(t, make(chan *http.Request, 1)))
			_, conn, reader := openSocket(t, d, "")
			go func() {
				for _, f := range frames {
					_, _ = conn.Write(f)
				}
			}()
			for {
				f, err := readFrame(reader, 1<<20)
				if err != nil {
					t.Fatalf("the socket ended without a close frame: %v", err)
				}
				if f.opcode != opClose {
					continue
				}
				if status := binary.BigEndian.Uint16(f.raw[2:]); status != closeTooBig {
					t.Errorf("close status = %d, want %d", status, closeTooBig)
				}
				return
			}
		})
	}
}

func TestASocketWhoseOriginIsSilentIsDropped(t *testing.T) {
	t.Parallel()
	aws := newDoor(t, echoOrigin(t, make(chan *http.Request, 1)))
	config := Config{
		PublicHost: "localhost:8080", Web: parse(t, aws.web.URL), AWS: parse(t, aws.aws.URL), WebSocketAPI: "wsid",
		Secret: testSecret, Log: discard(), Silence: 100 * time.Millisecond,
	}
	aws.Config.Handler = New(config)
	_, _, reader := openSocket(t, aws, "")
	began := time.Now()
	if _, err := reader.ReadByte(); err == nil {
		t.Fatal("something came from a silent origin")
	}
	if waited := time.Since(began); waited > 5*time.Second {
		t.Errorf("dropped after %s", waited)
	}
}
