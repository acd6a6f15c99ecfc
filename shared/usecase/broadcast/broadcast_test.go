package broadcast_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/realtime"
)

func TestEveryWatcherGetsTheWholeTextInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud()
		for n := range 300 {
			c.watch(fmt.Sprintf("w%d-", n), 1)
		}
		b := c.open(t, 10_000, public())
		var want strings.Builder
		for n := range 100 {
			chunk := fmt.Sprintf("%d 寄合<&>😀 ", n)
			b.Send(len([]rune(want.String())), chunk)
			want.WriteString(chunk)
			time.Sleep(37 * time.Millisecond)
		}
		settle(time.Second)
		b.Close()
		for n := range 300 {
			if got := c.text(t, fmt.Sprintf("w%d-0", n)); got != want.String() {
				t.Fatalf("watcher %d got %q", n, got)
			}
		}
		// One batch for each look, however many watch.
		if looks, batches := c.looks.Load(), c.batches.Load(); batches > looks || batches < 3 {
			t.Fatalf("%d looks, %d batches", looks, batches)
		}
	})
}

func TestASlowLookAtWhoWatchesHoldsNoTextUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud()
		c.watch("w", 1)
		b := c.open(t, 1000, public())
		b.Send(0, "a")
		settle(10 * time.Millisecond)
		c.change(func() { c.slow = 1900 * time.Millisecond })
		for n := range 20 {
			b.Send(1+n, "b")
			settle(200 * time.Millisecond)
		}
		b.Close()
		frames := c.frames["w0"]
		for n := 1; n < len(frames); n++ {
			if pause := frames[n].at.Sub(frames[n-1].at); pause > 400*time.Millisecond {
				t.Fatalf("a silence of %v before frame %d", pause, n)
			}
		}
		if len(frames) < 15 {
			t.Fatalf("%d frames", len(frames))
		}
	})
}

func TestNoSpeedOfTextExceedsTheBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud()
		for n := range 100 {
			c.watch(fmt.Sprintf("w%d-", n), 1)
		}
		const perSecond = 10
		b := c.open(t, perSecond, public())
		for n := range 25 { // 50 KB in five seconds, each piece larger than 2 KB
			b.Send(n*2100, strings.Repeat("x", 2100))
			settle(200 * time.Millisecond)
		}
		// Half of a full budget at once, then what time brings; never more.
		if most := perSecond/2 + 5*perSecond; c.posts > most || c.posts < most/2 {
			t.Fatalf("%d posts in five seconds, want at most %d", c.posts, most)
		}
		b.Close()
	})
}

func TestOnePersonsThousandsOfSocketsAreFiveOutlets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud()
		c.watch("many", 7000)
		c.watch("bob", 1)
		b := c.open(t, 1000, public())
		b.Send(0, "hello")
		settle(2 * time.Second)
		b.Close()
		if len(c.frames) != 6 || c.text(t, "bob0") != "hello" || c.text(t, "many6999") != "hello" {
			t.Fatalf("%d sockets were told", len(c.frames))
		}
	})
}

func TestAHungSocketHoldsUpNeitherOthersNorTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud()
		for n := range 200 {
			c.watch(fmt.Sprintf("hung%d-", n), 1)
			c.hung[fmt.Sprintf("hung%d-0", n)] = true
		}
		c.watch("good", 1)
		b := c.open(t, 100_000, public())
		text := strings.Repeat("x", 120_000)
		for offset := 0; offset < len(text); offset += 6000 {
			b.Send(offset, text[offset:offset+6000])
			settle(500 * time.Millisecond)
		}
		if c.most > 128 {
			t.Fatalf("%d posts at once", c.most)
		}
		if got := len(c.text(t, "good0")); got < 60_000 {
			t.Fatalf("the good socket got %d bytes", got)
		}
		began := time.Now()
		b.Close()
		// The clock is the test's own: it moves only while everything sleeps.
		if took := time.Since(began); took > 2*time.Second {
			t.Fatalf("closing took %v", took)
		}
		b.Close() // again is harmless
	})
}

func TestTheEndIsNotWaitedForLongerThanItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud()
		c.watch("ann", 1)
		c.deaf = true
		b := c.open(t, 1000, public())
		b.Send(0, "x")
		settle(time.Second)
		began := time.Now()
		b.Close()
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("closing took %v", took)
		}
		settle(2 * time.Hour) // of the test's own clock
	})
}

func TestASocketThatFailsAgainAndAgainTakesNoBudgetFromOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud()
		c.watch("hung", 1)
		c.hung["hung0"] = true
		b := c.open(t, 1000, public())
		for n := range 300 { // a minute
			b.Send(n, "x")
			settle(200 * time.Millisecond)
		}
		b.Close()
		if c.posts < 3 || c.posts > 12 {
			t.Fatalf("%d posts in a minute", c.posts)
		}
	})
}

func TestWhoLeftHearsNothingMoreAndWhoComesBeginsWhereTheTextIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud()
		ann := c.watch("ann", 1)
		c.watch("bob", 1)
		b := c.open(t, 1000, public())
		b.Send(0, "one")
		settle(500 * time.Millisecond)
		c.change(func() { c.members[ann] = realtime.Membership{UserID: ann, Role: realtime.None} })
		settle(1100 * time.Millisecond)
		c.watch("eve", 1)
		b.Send(3, "two")
		settle(1500 * time.Millisecond)
		b.Send(6, "three")
		settle(time.Second)
		b.Close()
		if got := c.text(t, "ann0"); got != "one" {
			t.Errorf("ann got %q", got)
		}
		if got := c.text(t, "bob0"); got != "onetwothree" {
			t.Errorf("bob got %q", got)
		}
		if frames := c.frames["eve0"]; len(frames) != 1 || frames[0].delta.Offset != 6 {
			t.Errorf("eve got %+v", frames)
		}
	})
}

func TestAPrivateAnswerGoesToItsAskerAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud()
		ann := c.watch("ann", 2)
		c.watch("bob", 1)
		g := public()
		g.Visibility, g.AskerID = message.Private, ann
		b := c.open(t, 1000, g)
		b.Think(time.Second, 5, "hm")
		settle(500 * time.Millisecond)
		b.Send(0, "secret")
		settle(time.Second)
		b.Close()
		if len(c.frames) != 2 || len(c.frames["bob0"]) != 0 || c.text(t, "ann0") != "secret" || c.text(t, "ann1") != "secret" {
			t.Fatalf("got %v", c.frames)
		}
	})
}

func TestWhileNobodyKnowsWhoMayHearNobodyHears(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud()
		c.watch("ann", 1)
		b := c.open(t, 1000, public())
		b.Send(0, "before ")
		settle(500 * time.Millisecond)
		c.change(func() { c.fails = errors.New("DynamoDB is away") })
		settle(time.Second)
		b.Send(7, "during ")
		settle(3 * time.Second)
		if got := c.text(t, "ann0"); got != "before " {
			t.Fatalf("while it failed: %q", got)
		}
		c.change(func() { c.fails = nil })
		settle(1100 * time.Millisecond)
		if got := c.text(t, "ann0"); got != "before during " {
			t.Fatalf("afterwards: %q", got)
		}
		c.change(func() { c.slow = time.Hour }) // a look that hangs is one that fails
		settle(4 * time.Second)
		b.Send(14, "hang")
		settle(time.Second)
		if got := c.text(t, "ann0"); got != "before during " {
			t.Fatalf("while it hung: %q", got)
		}
		b.Close()
	})
}

func TestASocketThatIsGoneIsForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud()
		c.watch("ann", 2)
		c.gone["ann0"] = true
		b := c.open(t, 1000, public())
		b.Send(0, "x")
		settle(900 * time.Millisecond)
		b.Send(1, "y")
		settle(50 * time.Millisecond)
		b.Close()
		if len(c.removed) != 1 || c.removed[0] != "ann0" || c.text(t, "ann1") != "xy" {
			t.Fatalf("removed %v", c.removed)
		}
	})
}

func TestFramesFitWhateverTheyHold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, unit := range map[string]string{
			"markup": "<", "controls": "\x01", "quotes": `"\`, "separators": "\u2028", "kanji": "寄", "emoji": "😀", "letters": "x", "lines": "\n\t",
		} {
			c := newCloud()
			c.watch("ann", 1)
			b := c.open(t, 1000, public())
			text := strings.Repeat(unit, 30_000/len([]rune(unit)))
			b.Think(time.Second, 1, text)
			settle(time.Second)
			b.Send(0, text)
			settle(10 * time.Second)
			b.Close()
			if got := c.text(t, "ann0"); got != text {
				t.Errorf("%s: %d of %d bytes", name, len(got), len(text))
			}
			if first := c.frames["ann0"][0]; first.thinking == nil || !strings.HasSuffix(text, first.thinking.Text) || first.thinking.Text == "" {
				t.Errorf("%s: the thinking is not its end", name)
			}
			for _, f := range c.frames["ann0"] {
				if f.size > realtime.MaxPush {
					t.Errorf("%s: a frame of %d bytes", name, f.size)
				}
			}
		}
	})
}

func TestThinkingIsToldAtTheBroadcastsPaceAndEndsWithTheText(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud()
		c.watch("ann", 1)
		b := c.open(t, 1000, public())
		for n := range 100 {
			b.Think(time.Duration(n)*10*time.Millisecond, int64(n), fmt.Sprint("thought ", n))
			settle(10 * time.Millisecond)
		}
		settle(300 * time.Millisecond)
		frames := c.frames["ann0"]
		if len(frames) < 4 || len(frames) > 8 {
			t.Fatalf("%d frames in a second", len(frames))
		}
		if end := frames[len(frames)-1].thinking; end == nil || end.Tokens != 99 || end.Text != "thought 99" || end.Elapsed != 990*time.Millisecond {
			t.Fatalf("the last says %+v", end)
		}
		settle(time.Second)
		if len(c.frames["ann0"]) != len(frames) {
			t.Fatal("the same was told twice")
		}
		b.Think(time.Second, 100, "never told")
		b.Send(0, "text")
		settle(300 * time.Millisecond)
		b.Think(time.Second, 101, "too late")
		settle(time.Second)
		b.Close()
		rest := c.frames["ann0"][len(frames):]
		if len(rest) != 1 || rest[0].delta == nil || rest[0].delta.Text != "text" {
			t.Fatalf("after the text began: %+v", rest)
		}
	})
}
