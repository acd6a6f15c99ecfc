package http_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"

	"github.com/yoriai/yoriai/shared/api/apitest"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/handler/http/optest"
)

// mostOfLambda is what a function may answer, its envelope included.
const mostOfLambda = 6_291_556

// throughLambda reads as the function does, through the runtime's own encoder, and holds the answer against the contract.
// Escaped is the size that it would have with the escapes for HTML, which encoding/json writes unless told otherwise and the
// runtime does not.
func throughLambda(t *testing.T, h *optest.House, token, operation, path, query string) (out body, escaped int) {
	t.Helper()
	event := events.APIGatewayV2HTTPRequest{RawPath: "/api" + path, RawQueryString: query, Headers: map[string]string{"authorization": "Bearer " + token}}
	event.RequestContext.HTTP.Method = http.MethodGet
	event.RequestContext.HTTP.Path = event.RawPath
	payload, err := json.Marshal(event)
	if err != nil {
		t.Fatal(err)
	}
	sent, err := lambda.NewHandler(h.Server.Lambda()).Invoke(t.Context(), payload)
	if err != nil {
		t.Fatal(err)
	}
	if len(sent) >= mostOfLambda {
		t.Errorf("%s?%s: %d bytes with the envelope, of %d", operation, query, len(sent), mostOfLambda)
	}
	var answer events.APIGatewayV2HTTPResponse
	if err := json.Unmarshal(sent, &answer); err != nil || answer.StatusCode != 200 {
		t.Fatalf("%s: %v %d %.300s", operation, err, answer.StatusCode, answer.Body)
	}
	apitest.CheckResponse(t, operation, 200, []byte(answer.Body))
	again, err := json.Marshal(answer)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(answer.Body), &out); err != nil {
		t.Fatal(err)
	}
	return out, len(again)
}

// What an encoder makes longest, of what texts can hold.
var worst = map[string]string{"angle brackets": "<", "quotes": `"`, "backslashes": `\`, "line separators": "\u2028", "escapes": "\x01", "ideographs": "語"}

// A room full of the longest messages can be read: each page fits, and page by page nothing is missed and nothing comes twice.
func TestPagesOfTheLargestMessagesFit(t *testing.T) {
	t.Parallel()
	for name, letter := range worst {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := optest.New(t)
			token, path := newRoom(t, h, "aki")
			var sent []string
			for range 28 {
				out := answers(t, "sendMessage", h.Call(token, "POST", path+"/messages", body{"client_message_id": key(), "content": "x" + strings.Repeat(letter, message.MaxLength-1)}), 201)
				sent = append(sent, at(out, "message", "id").(string))
			}
			largest := 0
			for direction, begins := range map[string]string{"before": "", "after": "&after=" + sent[0]} {
				seen := map[string]int{}
				for query := "limit=100" + begins; query != ""; {
					page, size := throughLambda(t, h, token, "listMessages", path+"/messages", query)
					largest = max(largest, size)
					for _, m := range page["items"].([]any) {
						seen[m.(map[string]any)["id"].(string)]++
					}
					query = ""
					if next, more := page["next_cursor"].(string); more {
						query = "limit=100&" + direction + "=" + next
					}
				}
				for i, message := range sent {
					if want := map[bool]int{true: 0, false: 1}[direction == "after" && i == 0]; seen[message] != want {
						t.Errorf("%s: message %d came %d times", direction, i, seen[message])
					}
				}
			}
			seen := map[string]bool{}
			for since, more := 0.0, true; more; {
				changed, size := throughLambda(t, h, token, "listChanges", path+"/changes", fmt.Sprintf("since=%.0f", since))
				largest = max(largest, size)
				for _, m := range changed["messages"].([]any) {
					seen[m.(map[string]any)["id"].(string)] = true
				}
				if changed["latest_event"].(float64) <= since && changed["has_more"].(bool) {
					t.Fatal("it goes on, and not forward")
				}
				since, more = changed["latest_event"].(float64), changed["has_more"].(bool)
			}
			if len(seen) != len(sent) {
				t.Errorf("catching up saw %d of %d", len(seen), len(sent))
			}
			if largest >= mostOfLambda {
				t.Errorf("%d bytes with the escapes for HTML", largest)
			}
			t.Logf("largest answer %d bytes with the escapes for HTML, of %d", largest, mostOfLambda)
		})
	}
}

// Answers of the AI may have a megabyte each, and an answer many attempts.
func TestListsOfMegabyteAnswersFit(t *testing.T) {
	t.Parallel()
	for name, letter := range worst {
		if name == "escapes" {
			continue // the worker replaces control characters: no answer holds them
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := optest.New(t)
			token, path := newRoom(t, h, "aki")
			text := strings.Repeat(letter, message.MaxReplyBytes/len(letter))
			var answer string
			for range 4 {
				sent := answers(t, "sendMessage", h.Call(token, "POST", path+"/messages", body{"client_message_id": key(), "content": "x", "ai": body{}}), 201)
				answer = at(sent, "ai_message", "id").(string)
				question := at(sent, "message", "id").(string)
				for n := 1; n <= 3; n++ {
					settle(t, h, answer, n, text)
					if n < 3 {
						answers(t, "regenerateReply", h.Call(token, "POST", path+"/messages/"+question+"/regenerate", nil, "Idempotency-Key", key()), 202)
					}
				}
			}
			pages := 0
			for query, more := "limit=50", true; more; pages++ {
				var page body
				page, _ = throughLambda(t, h, token, "listMessages", path+"/messages", query)
				var next string
				next, more = page["next_cursor"].(string)
				query = "limit=50&before=" + next
			}
			throughLambda(t, h, token, "getMessage", path+"/messages/"+answer, "")
			var numbers []string
			for query, more := "", true; more; {
				var page body
				page, _ = throughLambda(t, h, token, "listAttempts", path+"/messages/"+answer+"/attempts", query)
				for _, a := range page["items"].([]any) {
					numbers = append(numbers, fmt.Sprint(a.(map[string]any)["attempt"]))
				}
				var next string
				next, more = page["next_cursor"].(string)
				query = "cursor=" + next
			}
			if strings.Join(numbers, " ") != "1 2 3" || pages < 2 {
				t.Errorf("attempts %v, %d pages", numbers, pages)
			}
			for since, more := 0.0, true; more; {
				changed, _ := throughLambda(t, h, token, "listChanges", path+"/changes", fmt.Sprintf("since=%.0f", since))
				since, more = changed["latest_event"].(float64), changed["has_more"].(bool)
			}
		})
	}
}

// settle ends an attempt with a text, as its worker would.
func settle(t *testing.T, h *optest.House, answer string, number int, text string) {
	t.Helper()
	for _, sql := range []string{
		`UPDATE ai_generations SET status = 'completed', settled_at = now(), partial_text = $3 WHERE message_id = $1::text::uuid AND attempt = $2`,
		`UPDATE messages SET status = 'completed', content = $3, content_attempt = $2 WHERE id = $1::text::uuid AND attempt = $2`,
	} {
		if tag, err := h.DB.Exec(t.Context(), sql, answer, number, text); err != nil || tag.RowsAffected() != 1 {
			t.Fatalf("%v %v", tag, err)
		}
	}
}

// A list of rooms shows the beginning of each last message only.
func TestAHundredRoomsWithLargeLastMessagesFit(t *testing.T) {
	t.Parallel()
	h := optest.New(t)
	_, token := h.Person("aki")
	for range 100 {
		r := answers(t, "createRoom", h.Call(token, "POST", "/rooms", body{"name": strings.Repeat("<", 100)}, "Idempotency-Key", key()), 201)
		path := "/rooms/" + r["id"].(string)
		answers(t, "updateRoom", h.Call(token, "PATCH", path, body{"ai_instructions": strings.Repeat("<", 8000), "description": strings.Repeat("<", 1000)}), 200)
		answers(t, "sendMessage", h.Call(token, "POST", path+"/messages", body{"client_message_id": key(), "content": strings.Repeat("<", message.MaxLength)}), 201)
	}
	seen := map[string]int{}
	for query := "limit=100"; query != ""; {
		page, _ := throughLambda(t, h, token, "listRooms", "/rooms", query)
		for _, r := range page["items"].([]any) {
			seen[r.(map[string]any)["id"].(string)]++
		}
		query = ""
		if next, more := page["next_cursor"].(string); more {
			query = "limit=100&cursor=" + next
		}
	}
	if len(seen) != 100 {
		t.Errorf("%d rooms", len(seen))
	}
	for since, more := 0.0, true; more; {
		changed, _ := throughLambda(t, h, token, "listMyChanges", "/me/changes", fmt.Sprintf("since=%.0f", since))
		since, more = changed["latest_event"].(float64), changed["has_more"].(bool)
	}
}
