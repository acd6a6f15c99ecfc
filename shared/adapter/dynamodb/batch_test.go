package dynamodb_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/yoriai/yoriai/shared/adapter/dynamodb"
	"github.com/yoriai/yoriai/shared/adapter/dynamodb/dynamotest"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/realtime"
)

func TestManyPeopleOfOneRoomInOneQuestion(t *testing.T) {
	t.Parallel()
	memberships := dynamodb.Memberships{Table: dynamotest.New(t)}
	room, ann, bob, gone := id.New(), id.New(), id.New(), id.New()
	if err := memberships.Raise(t.Context(),
		realtime.Membership{UserID: ann, RoomID: room, Role: "member", Version: 1},
		realtime.Membership{UserID: bob, RoomID: room, Role: "reader", Version: 2},
		realtime.Membership{UserID: gone, RoomID: room, Role: realtime.None, Version: 3},
		realtime.Membership{UserID: ann, RoomID: id.New(), Role: "admin", Version: 1},
	); err != nil {
		t.Fatal(err)
	}
	people := []id.ID{ann, bob, gone, id.New()}
	for len(people) < 230 { // more than two requests hold
		people = append(people, id.New())
	}
	got, err := memberships.Members(t.Context(), room, people)
	if err != nil || len(got) != 3 || got[ann].Role != "member" || got[bob].Role != "reader" || got[gone].In() || got[ann].RoomID != room {
		t.Fatalf("got %+v, %v", got, err)
	}
	if got, err := memberships.Members(t.Context(), room, nil); err != nil || len(got) != 0 {
		t.Fatalf("of nobody: %v, %v", got, err)
	}
}

func TestManySessionsInOneQuestion(t *testing.T) {
	t.Parallel()
	denials := dynamodb.Denials{Table: dynamotest.New(t)}
	ended, good := id.New(), id.New()
	if err := denials.Deny(t.Context(), ended); err != nil {
		t.Fatal(err)
	}
	got, err := denials.DeniedOf(t.Context(), []id.ID{good, ended})
	if err != nil || len(got) != 1 || !got[ended] {
		t.Fatalf("got %v, %v", got, err)
	}
}

// A socket that could not be closed is found by its denial: that must live as long as the socket can.
func TestADenialOutlivesEverySocketOfItsSession(t *testing.T) {
	t.Parallel()
	if realtime.DenialLifetime <= realtime.ConnectionLifetime {
		t.Fatalf("%v, a connection %v", realtime.DenialLifetime, realtime.ConnectionLifetime)
	}
}

// busy plays a DynamoDB that leaves every key out so many times.
func busy(t *testing.T, times int32) (dynamodb.Heads, *atomic.Int32) {
	t.Helper()
	var asked atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var request struct{ RequestItems map[string]json.RawMessage }
		if err := json.NewDecoder(r.Body).Decode(&request); err != nil || !strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".BatchGetItem") {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		if asked.Add(1) <= times {
			_ = json.NewEncoder(w).Encode(map[string]any{"Responses": map[string]any{}, "UnprocessedKeys": request.RequestItems})
			return
		}
		_, _ = io.WriteString(w, `{"Responses":{"table":[{"pk":{"S":"HEAD#room:x"},"sk":{"S":"HEAD"},"event":{"N":"7"}}]},"UnprocessedKeys":{}}`)
	}))
	t.Cleanup(server.Close)
	client := sdk.NewFromConfig(aws.Config{Region: "us-east-1", BaseEndpoint: &server.URL, Credentials: credentials.NewStaticCredentialsProvider("test", "test", "")})
	return dynamodb.Heads{Table: dynamodb.Table{Client: client, Name: "table", Now: time.Now}}, &asked
}

func TestWhatABusyTableLeavesOutIsAskedForAgain(t *testing.T) {
	t.Parallel()
	heads, asked := busy(t, 3)
	got, err := heads.Get(t.Context(), []string{"room:x"})
	if err != nil || got["room:x"] != 7 || asked.Load() != 4 {
		t.Fatalf("got %v, %v after %d questions", got, err, asked.Load())
	}
}

func TestATableThatIsBusyForeverIsNotAskedForever(t *testing.T) {
	t.Parallel()
	heads, asked := busy(t, 1<<30)
	if got, err := heads.Get(t.Context(), []string{"room:x"}); err == nil || asked.Load() > 10 {
		t.Fatalf("got %v, %v after %d questions", got, err, asked.Load())
	}
}
