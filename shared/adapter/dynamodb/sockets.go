package dynamodb

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/realtime"
)

// Each person has one item that lists their sockets, an attribute each: a hundred people are one request, where an index
// would be one request for each of them (docs/adr/0019).
const (
	socketsPrefix   = "SOCKETS#"
	socketsSort     = "SOCKETS"
	socketAttribute = "socket:"
)

func socketsKey(person id.ID) item { return key(socketsPrefix+person.String(), socketsSort) }

// OfUsers implements realtime.Connections.
func (c Connections) OfUsers(ctx context.Context, users []id.ID) ([]realtime.Connection, error) {
	keys := make([]item, 0, len(users))
	for _, person := range users {
		keys = append(keys, socketsKey(person))
	}
	items, err := c.batchGet(ctx, keys)
	if err != nil {
		return nil, err
	}
	var found []realtime.Connection
	for _, i := range items {
		open, _ := c.socketsOf(i)
		found = append(found, open...)
	}
	return found, nil
}

// socketsOf reads a list: who is still open, and the attributes of those that outlived their time.
func (c Connections) socketsOf(i item) (open []realtime.Connection, expired []string) {
	person, err := id.Parse(trim(textOf(i, partitionKey), socketsPrefix))
	if err != nil {
		return nil, nil
	}
	now := c.Now().Unix()
	for name, value := range i {
		socket, is := value.(*types.AttributeValueMemberM)
		if !is || !strings.HasPrefix(name, socketAttribute) {
			continue
		}
		if numberOf(socket.Value, AttrExpiry) <= now {
			expired = append(expired, name)
			continue
		}
		open = append(open, realtime.Connection{ID: trim(name, socketAttribute), UserID: person, SessionID: idOf(socket.Value, AttrSession),
			OpenedAt: moment(socket.Value, AttrOpened)})
	}
	return open, expired
}

// list notes a new socket, and forgets those that outlived their time: of them nobody was told that they went.
func (c Connections) list(ctx context.Context, conn realtime.Connection, expiry types.AttributeValue) error {
	expression := "SET #socket = :socket, #ttl = :ttl"
	out, err := c.Client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &c.Name, Key: socketsKey(conn.UserID), UpdateExpression: &expression, ReturnValues: types.ReturnValueAllNew,
		ExpressionAttributeNames: map[string]string{"#socket": socketAttribute + conn.ID, "#ttl": AttrExpiry},
		ExpressionAttributeValues: item{":ttl": expiry, ":socket": &types.AttributeValueMemberM{Value: item{
			AttrSession: text(conn.SessionID.String()), AttrOpened: number(conn.OpenedAt.UnixMilli()), AttrExpiry: expiry,
		}}},
	})
	if err != nil {
		return fmt.Errorf("list a socket: %w", err)
	}
	_, expired := c.socketsOf(out.Attributes)
	return c.unlist(ctx, conn.UserID, expired...)
}

// unlist takes attributes out of a person's list; where there is no list, none is made.
func (c Connections) unlist(ctx context.Context, person id.ID, attributes ...string) error {
	if len(attributes) == 0 || person.IsZero() {
		return nil
	}
	names := map[string]string{}
	for n, attribute := range attributes {
		names["#"+strconv.Itoa(n)] = attribute
	}
	placeholders := make([]string, 0, len(names))
	for placeholder := range names {
		placeholders = append(placeholders, placeholder)
	}
	_, err := c.update(ctx, socketsKey(person), "REMOVE "+strings.Join(placeholders, ", "), there, names, nil)
	return err
}

// Remove implements realtime.Connections. What is only in one of the two places goes, too.
func (c Connections) Remove(ctx context.Context, conn realtime.Connection) error {
	out, err := c.Client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &c.Name, Key: connectionKey(conn.ID), ReturnValues: types.ReturnValueAllOld})
	if err != nil {
		err = fmt.Errorf("forget a connection: %w", err)
	} else if conn.UserID.IsZero() {
		conn.UserID = idOf(out.Attributes, AttrUser)
	}
	return errors.Join(err, c.unlist(ctx, conn.UserID, socketAttribute+conn.ID))
}
