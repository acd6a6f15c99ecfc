package main

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

// measureFloor calls the operation that touches nothing: front door, API Gateway and an empty Lambda.
func measureFloor(ctx context.Context, c *client) error {
	list, err := repeat(200, func() error { return c.call(ctx, "GET", "/health", nil, nil) })
	show("floor: GET /health through the front door", list)
	return err
}

func repeat(n int, do func() error) (list []time.Duration, err error) {
	for range n/10 + 1 {
		if err := do(); err != nil {
			return nil, err
		}
	}
	for range n {
		began := time.Now()
		if err := do(); err != nil {
			return list, err
		}
		list = append(list, time.Since(began))
	}
	return list, nil
}

func measurePost(ctx context.Context, c *client) error {
	room, err := c.room(ctx)
	if err != nil {
		return err
	}
	list, err := repeat(200, func() error { _, err := c.say(ctx, room, "hello", false); return err })
	show("sendMessage through the front door (goal: ≤ 15)", list)
	return err
}

func measurePush(ctx context.Context, c *client) error {
	room, err := c.room(ctx)
	if err != nil {
		return err
	}
	s, err := c.connect(ctx)
	if err != nil {
		return err
	}
	defer s.close()
	var list []time.Duration
	for range 150 {
		s.clear()
		began := time.Now()
		out, err := c.say(ctx, room, "hello", false)
		if err != nil {
			return err
		}
		f, err := s.wait(ctx, func(f frame) bool { return f.Type == "message.created" && f.Data.ID == out.Message.ID })
		if err != nil {
			return err
		}
		list = append(list, f.at.Sub(began))
	}
	show("send → another client's socket (goal: p50 ≤ 25)", list[20:])
	return nil
}

func measureFirstToken(ctx context.Context, c *client) error {
	room, err := c.room(ctx)
	if err != nil {
		return err
	}
	s, err := c.connect(ctx)
	if err != nil {
		return err
	}
	defer s.close()
	if err := s.view(ctx, room); err != nil {
		return err
	}
	time.Sleep(time.Second)
	var list []time.Duration
	for range 60 {
		began := time.Now()
		out, err := c.say(ctx, room, "[fast:3] hello", true)
		if err != nil {
			return err
		}
		f, err := s.wait(ctx, func(f frame) bool { return f.Type == "ai.delta" && f.MessageID == out.AIMessage.ID })
		if err != nil {
			return err
		}
		list = append(list, f.at.Sub(began))
		if _, err := s.wait(ctx, func(f frame) bool { return f.Type == "message.updated" && f.Data.ID == out.AIMessage.ID }); err != nil {
			return err
		}
		s.clear()
	}
	show("send → first token on the socket, a model of 0 ms (goal: ≤ 40)", list[10:])
	return nil
}

// measureFanOut sends one message to a thousand sockets, five of each person as the product allows, and waits for the last.
func measureFanOut(ctx context.Context, at endpoints) error {
	const sockets, ofEach = 1000, 5
	crowd, err := registerAll(ctx, at, sockets/ofEach)
	if err != nil {
		return err
	}
	room, err := crowd[0].room(ctx)
	if err != nil {
		return err
	}
	for _, c := range crowd[1:] {
		if err := c.joins(ctx, room); err != nil {
			return err
		}
	}
	list := make([]*socket, sockets)
	defer func() {
		for _, s := range list {
			if s != nil {
				s.close()
			}
		}
	}()
	if err := each(sockets, 8, func(i int) (err error) {
		list[i], err = crowd[i%len(crowd)].connect(ctx)
		return err
	}); err != nil {
		return err
	}
	for round := range 3 {
		began := time.Now()
		out, err := crowd[0].say(ctx, room, "hello, everybody", false)
		if err != nil {
			return err
		}
		var arrived []time.Duration
		for _, s := range list {
			if f, err := s.wait(ctx, func(f frame) bool { return f.Type == "message.created" && f.Data.ID == out.Message.ID }); err == nil {
				arrived = append(arrived, f.at.Sub(began))
			}
		}
		show(fmt.Sprintf("one message → %d sockets, round %d (missed: %d)", sockets, round+1, sockets-len(arrived)), arrived)
		if len(arrived) > 0 {
			fmt.Printf("%-62s     %8.1f ms\n", "one message → the last of them (goal: ≤ 3,000)", ms(slices.Max(arrived)))
		}
	}
	return nil
}

// measureStreams lets 50 rooms stream at once and looks for every word on the sockets.
func measureStreams(ctx context.Context, crowd []*client) error {
	const rooms, words = 50, 100
	var mu sync.Mutex
	whole, healed, lost := 0, 0, 0
	began := time.Now()
	err := each(rooms, rooms, func(i int) error {
		mine := crowd[i%len(crowd)]
		room, err := mine.room(ctx)
		if err != nil {
			return err
		}
		s, err := mine.connect(ctx)
		if err != nil {
			return err
		}
		defer s.close()
		if err := s.view(ctx, room); err != nil {
			return err
		}
		time.Sleep(2 * time.Second)
		out, err := mine.say(ctx, room, fmt.Sprintf("[slow:%d] %d", words, i), true)
		if err != nil {
			return err
		}
		end, err := s.waitLong(ctx, func(f frame) bool {
			return f.Type == "message.updated" && f.Data.ID == out.AIMessage.ID && f.Data.Status == "completed"
		})
		mu.Lock()
		defer mu.Unlock()
		switch {
		case err != nil:
			lost++
		case s.pieced(out.AIMessage.ID) != end.Data.Content:
			healed++ // a delta came late or not at all; the finished text replaced what was pieced together
		default:
			whole++
		}
		return nil
	})
	fmt.Printf("%-62s     whole by deltas %d, healed by the end %d, lost %d, in %.1f s\n", fmt.Sprintf("%d rooms streaming %d words at once (goal: none lost)", rooms, words),
		whole, healed, lost, time.Since(began).Seconds())
	return err
}

func (s *socket) waitLong(ctx context.Context, fits func(frame) bool) (f frame, err error) {
	for range 4 {
		if f, err = s.wait(ctx, fits); err == nil {
			return f, nil
		}
	}
	return f, err
}

// pieced is the text that the deltas alone give, by their offsets.
func (s *socket) pieced(id string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var text []rune
	for grown := true; grown; {
		grown = false
		for _, f := range s.frames {
			if f.Type == "ai.delta" && f.MessageID == id && f.Offset == len(text) && f.Text != "" {
				text = append(text, []rune(f.Text)...)
				grown = true
			}
		}
	}
	return string(text)
}

// each runs n jobs, some at once, and returns the first error.
func each(n, atOnce int, do func(i int) error) error {
	slots := make(chan struct{}, atOnce)
	errs := make(chan error, n)
	for i := range n {
		slots <- struct{}{}
		go func() {
			defer func() { <-slots }()
			errs <- do(i)
		}()
	}
	var first error
	for range n {
		if err := <-errs; err != nil && first == nil {
			first = err
		}
	}
	return first
}
