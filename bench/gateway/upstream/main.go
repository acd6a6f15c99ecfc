// Command upstream plays an OpenAI-compatible provider for the benchmark: as little work as possible for each
// answer, so that what is measured is the gateway in front of it. It reads HTTP/1.1 by hand for that reason.
//
// A plain request gets one fixed answer. A stream gets ten words at once, or, for the model "slow", a word each
// 500 ms for as long as -words says; each word is the time it was sent at, in nanoseconds.
package main

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"strconv"
	"time"
)

const plain = `{"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"fast","choices":[{"index":0,"message":{"role":"assistant","content":"Hello there"},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11}}`

func main() {
	addr := flag.String("addr", "127.0.0.1:9100", "where to listen")
	words := flag.Int("words", 20, "words of a slow stream")
	flag.Parse()
	listener, err := net.Listen("tcp", *addr)
	if err != nil {
		log.Fatal(err)
	}
	for {
		conn, err := listener.Accept()
		if err != nil {
			log.Fatal(err)
		}
		go serve(conn, *words)
	}
}

func serve(conn net.Conn, words int) {
	defer conn.Close()
	reader := bufio.NewReaderSize(conn, 8<<10)
	answer := []byte(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(plain), plain))
	for {
		body, err := read(reader)
		if err != nil {
			return
		}
		stream := bytes.Contains(body, []byte(`"stream":true`)) || bytes.Contains(body, []byte(`"stream": true`))
		switch {
		case !stream:
			_, err = conn.Write(answer)
		case bytes.Contains(body, []byte(`slow`)):
			err = say(conn, words, 500*time.Millisecond)
		default:
			err = say(conn, 10, 0)
		}
		if err != nil {
			return
		}
	}
}

// read takes one request and returns its body.
func read(reader *bufio.Reader) ([]byte, error) {
	length := 0
	for {
		line, err := reader.ReadSlice('\n')
		if err != nil {
			return nil, err
		}
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			break
		}
		if name, value, ok := bytes.Cut(line, []byte(":")); ok && bytes.EqualFold(name, []byte("content-length")) {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return nil, err
			}
		}
	}
	body := make([]byte, length)
	_, err := io.ReadFull(reader, body)
	return body, err
}

// say answers with a stream of chunks, one for each word.
func say(conn net.Conn, words int, pause time.Duration) error {
	if _, err := io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"); err != nil {
		return err
	}
	for n := range words {
		if n > 0 {
			time.Sleep(pause)
		}
		event := fmt.Sprintf(`{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"fast","choices":[{"index":0,"delta":{"role":"assistant","content":"%d "},"finish_reason":null}]}`, time.Now().UnixNano())
		if err := chunk(conn, event); err != nil {
			return err
		}
	}
	for _, event := range []string{
		`{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"fast","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}`,
		`{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"fast","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":10,"total_tokens":19}}`,
		`[DONE]`,
	} {
		if err := chunk(conn, event); err != nil {
			return err
		}
	}
	_, err := io.WriteString(conn, "0\r\n\r\n")
	return err
}

func chunk(conn net.Conn, event string) error {
	_, err := fmt.Fprintf(conn, "%x\r\ndata: %s\n\n\r\n", len(event)+8, event)
	return err
}
