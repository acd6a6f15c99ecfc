package gateway_test

import (
	"strings"
	"testing"

	"github.com/yoriai/yoriai/shared/adapter/gateway"
	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/id"
)

// samples are texts as people write them, by kind.
var samples = map[string]string{
	"English": "We should meet at the station around six. If the train is late, take the bus from the north exit and call me when you arrive, " +
		"because the restaurant closes its kitchen early on weekdays and they will not keep the table for more than fifteen minutes.",
	"Japanese": "明日の会議は十時から始まります。資料は今夜中に共有フォルダーに置いておきますので、目を通しておいてください。" +
		"予算についてはまだ決まっていないところがあるため、当日みんなで話し合いたいと思います。よろしくお願いします。",
	"code": "func (s *Server) Handle(method, path string, h Handler) {\n\ts.echo.Add(method, echoPath(path), func(c echo.Context) error {\n" +
		"\t\tr := &Request{Context: c}\n\t\tif err := s.check(r); err != nil {\n\t\t\treturn err\n\t\t}\n\t\treturn h(r)\n\t})\n}\n",
	"emoji": "🎉🎊👍😂🥲🙏✨🔥😅🚀🤔🙌😭💯🍣🍜🗻🌸🏮🎌",
}

// The cheap count that is made at every write lies near the gateway's, which asks before every call: at most 5 % below it,
// so that nobody is told too little, and at most 30 % above.
func TestTheCheapEstimateLiesNearTheGateways(t *testing.T) {
	p := start(t, "OPENAI_API_KEY=unused", "OPENAI_BASE_URL=http://127.0.0.1:9")
	llm, err := gateway.Open(p.grpc)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range samples {
		for _, times := range []int{1, 20} {
			long := strings.Repeat(text+"\n", times)
			r := ai.Request{RequestID: id.New().String() + "-1", RoomID: id.New(), Provider: "openai", Model: "gpt-4o", Lines: []ai.Line{{Speaker: ai.SpeaksUser, Text: long}}}
			var counts []int
			// The first count reads the tables, which may take longer than a call has.
			p.until("the gateway counts", func() bool {
				var err error
				counts, err = llm.EstimateTokens(t.Context(), r)
				return err == nil && len(counts) == 1 && counts[0] > 0
			})
			ours := ai.Estimate(long)
			ratio := float64(ours) / float64(counts[0])
			t.Logf("%s × %d: %d, the gateway counts %d: %+.0f %%", name, times, ours, counts[0], (ratio-1)*100)
			if ratio < 0.95 || ratio > 1.30 {
				t.Errorf("%s × %d lies outside of −5 to +30 %%", name, times)
			}
		}
	}
}
