package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/encoding/protowire"
)

// raw passes messages through as bytes, so that this program needs no generated code.
type raw struct{}

func (raw) Name() string                       { return "proto" }
func (raw) Marshal(v any) ([]byte, error)      { return *v.(*[]byte), nil }
func (raw) Unmarshal(data []byte, v any) error { *v.(*[]byte) = append([]byte(nil), data...); return nil }

const service = "/yoriai.llm.v1.LLMGateway/"

// question is a CompletionRequest: provider 1, model 2, messages 3 {role 1, content 3 {text 1}}.
func question(model string) []byte {
	part := protowire.AppendString(protowire.AppendTag(nil, 1, protowire.BytesType), "Hello")
	message := protowire.AppendVarint(protowire.AppendTag(nil, 1, protowire.VarintType), 2)
	message = protowire.AppendBytes(protowire.AppendTag(message, 3, protowire.BytesType), part)
	out := protowire.AppendString(protowire.AppendTag(nil, 1, protowire.BytesType), "bench")
	out = protowire.AppendString(protowire.AppendTag(out, 2, protowire.BytesType), model)
	return protowire.AppendBytes(protowire.AppendTag(out, 3, protowire.BytesType), message)
}

// overGRPC measures plain calls by some clients on one connection each, and the first word of streams.
func overGRPC(o options) (map[string]any, error) {
	var mutex sync.Mutex
	var times []time.Duration
	var firstErr error
	var group sync.WaitGroup
	ends := time.Now().Add(time.Duration(o.seconds) * time.Second)
	for range o.clients {
		group.Add(1)
		go func() {
			defer group.Done()
			own, err := plainCalls(o.target, ends)
			mutex.Lock()
			defer mutex.Unlock()
			times = append(times, own...)
			firstErr = errors.Join(firstErr, err)
		}()
	}
	group.Wait()
	if firstErr != nil {
		return nil, firstErr
	}
	words, err := firstWords(o.target, o.count)
	if err != nil {
		return nil, err
	}
	return map[string]any{
		"p50": percentile(times, 50), "p99": percentile(times, 99),
		"per_second": float64(len(times)) / float64(o.seconds),
		"first_p50":  percentile(words, 50), "first_p99": percentile(words, 99),
	}, nil
}

func dial(target string) (*grpc.ClientConn, error) {
	return grpc.NewClient(target, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.ForceCodec(raw{})))
}

func plainCalls(target string, ends time.Time) ([]time.Duration, error) {
	conn, err := dial(target)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	request := question("fast")
	var times []time.Duration
	for time.Now().Before(ends) {
		began := time.Now()
		var answer []byte
		if err := conn.Invoke(context.Background(), service+"Complete", &request, &answer); err != nil {
			return nil, err
		}
		times = append(times, time.Since(began))
	}
	return times, nil
}

func firstWords(target string, count int) ([]time.Duration, error) {
	conn, err := dial(target)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	var times []time.Duration
	for range count {
		took, err := firstWord(conn)
		if err != nil {
			return nil, err
		}
		times = append(times, took)
	}
	return times, nil
}

func firstWord(conn *grpc.ClientConn) (time.Duration, error) {
	began := time.Now()
	description := &grpc.StreamDesc{ServerStreams: true}
	stream, err := conn.NewStream(context.Background(), description, service+"StreamComplete")
	if err != nil {
		return 0, err
	}
	request := question("fast")
	if err := stream.SendMsg(&request); err != nil {
		return 0, err
	}
	if err := stream.CloseSend(); err != nil {
		return 0, err
	}
	var took time.Duration
	for {
		var event []byte
		err := stream.RecvMsg(&event)
		if errors.Is(err, io.EOF) {
			return took, nil
		}
		if err != nil {
			return 0, err
		}
		// StreamEvent: text is field 2.
		if number, _, _ := protowire.ConsumeTag(event); number == 2 && took == 0 {
			took = time.Since(began)
		}
		if number, _, _ := protowire.ConsumeTag(event); number == 5 {
			return 0, fmt.Errorf("the stream failed: %q", event)
		}
	}
}
