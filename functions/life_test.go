package functions_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/yoriai/yoriai/shared/api/apitest"
	"github.com/yoriai/yoriai/shared/domain/id"
)

func field(t *testing.T, body, name string) string {
	t.Helper()
	var fields map[string]any
	if err := json.Unmarshal([]byte(body), &fields); err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	v, _ := fields[name].(string)
	return v
}

// A person's way through the binaries of identity and of the sockets, each with the environment that it gets when deployed.
func TestFromRegistrationToTheEndOfASocket(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	call := func(name, method, path, body, token string, status int) string {
		t.Helper()
		headers := map[string]string{"x-yoriai-origin-secret": frontDoor}
		if token != "" {
			headers["authorization"] = "Bearer " + token
		}
		answer := start(t, name, s.environ).post(method, path, body, headers)
		apitest.CheckResponse(t, name, answer.StatusCode, []byte(answer.Body))
		if answer.StatusCode != status {
			t.Fatalf("%s: %d %s, want %d", name, answer.StatusCode, answer.Body, status)
		}
		return answer.Body
	}
	call("health", "GET", "/health", "", "", 200)
	call("registerUser", "POST", "/auth/register", `{"username":"Ann","email":"ann@example.org","password":"correct horse"}`, "", 201)
	in := call("logIn", "POST", "/auth/login", `{"login":"ann@example.org","password":"correct horse"}`, "", 200)
	in = call("refreshSession", "POST", "/auth/refresh", `{"refresh_token":"`+field(t, in, "refresh_token")+`"}`, "", 200)
	access := field(t, in, "access_token")
	if me := call("getMe", "GET", "/me", "", access, 200); field(t, me, "username") != "ann" {
		t.Fatalf("got %s", me)
	}
	ticket := call("createRealtimeTicket", "POST", "/realtime/tickets", "", access, 201)
	address, err := url.Parse(field(t, ticket, "url"))
	if err != nil || address.Host != "localhost:8080" || address.Query().Get("ticket") != field(t, ticket, "ticket") {
		t.Fatalf("got %s, %v", ticket, err)
	}
	connect := start(t, "connect", s.environ)
	knock := func(secret, ticket string) int {
		t.Helper()
		event := events.APIGatewayWebsocketProxyRequest{
			Headers: map[string]string{"X-Yoriai-Origin-Secret": secret}, QueryStringParameters: map[string]string{"ticket": ticket},
			RequestContext: events.APIGatewayWebsocketProxyRequestContext{RouteKey: "$connect", EventType: "CONNECT", ConnectionID: "socket"},
		}
		var answer events.APIGatewayProxyResponse
		connect.call(event, &answer)
		return answer.StatusCode
	}
	for _, c := range []struct {
		secret, ticket string
		status         int
	}{{"", field(t, ticket, "ticket"), 403}, {frontDoor, "invented", 401}, {frontDoor, field(t, ticket, "ticket"), 200}, {frontDoor, field(t, ticket, "ticket"), 401}} {
		if got := knock(c.secret, c.ticket); got != c.status {
			t.Errorf("$connect: %d, want %d", got, c.status)
		}
	}
	frame := func(name, kind, body string) string {
		t.Helper()
		var answer events.APIGatewayProxyResponse
		start(t, name, s.environ).call(events.APIGatewayWebsocketProxyRequest{Body: body,
			RequestContext: events.APIGatewayWebsocketProxyRequestContext{RouteKey: name, EventType: kind, ConnectionID: "socket"}}, &answer)
		if answer.StatusCode != 200 {
			t.Errorf("%s: %+v", name, answer)
		}
		return answer.Body
	}
	beat := `{"action":"heartbeat","user":0,"rooms":{"` + id.New().String() + `":4}}`
	apitest.CheckFrame(t, "pong", []byte(frame("heartbeat", "MESSAGE", beat)))
	// The callback leads nowhere here: what must hold is that no frame takes these functions down.
	for _, name := range []string{"view", "typing", "default"} {
		if body := frame(name, "MESSAGE", `{"action":"`+name+`"}`); body != "" {
			t.Errorf("%s has no response, but answered %s", name, body)
		}
	}
	call("logOut", "POST", "/auth/logout", `{"refresh_token":"`+field(t, in, "refresh_token")+`"}`, "", 204)
	if body := frame("heartbeat", "MESSAGE", beat); !strings.Contains(body, "unauthenticated") {
		t.Errorf("after the log-out: %s", body)
	}
	frame("disconnect", "DISCONNECT", "")
	call("getMe", "GET", "/me", "", access, 401)
	call("createRealtimeTicket", "POST", "/realtime/tickets", "", access, 401)
}
