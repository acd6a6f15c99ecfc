package dynamodb

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/realtime"
)

// Connections is realtime.Connections on the table.
type Connections struct{ Table }

var _ realtime.Connections = Connections{}

const (
	connectionPrefix = "CONN#"
	connectionSort   = "CONN"
)

func connectionKey(connectionID string) item {
	return key(connectionPrefix+connectionID, connectionSort)
}

// Put implements realtime.Connections: first the connection, so that what is listed is known.
func (c Connections) Put(ctx context.Context, conn realtime.Connection) error {
	i := connectionKey(conn.ID)
	i[AttrUser] = text(conn.UserID.String())
	i[AttrSession] = text(conn.SessionID.String())
	i["username"] = text(conn.Username)
	i["display_name"] = text(conn.DisplayName)
	i[AttrOpened] = number(conn.OpenedAt.UnixMilli())
	i["seen_at"] = number(conn.SeenAt.UnixMilli())
	expiry := number(c.Now().Add(realtime.ConnectionLifetime).Unix())
	i[AttrExpiry] = expiry
	if !conn.Viewing.IsZero() {
		i[AttrViewing] = text(conn.Viewing.String())
	}
	if err := c.put(ctx, i); err != nil {
		return err
	}
	return c.list(ctx, conn, expiry)
}

// Get implements realtime.Connections.
func (c Connections) Get(ctx context.Context, connectionID string) (realtime.Connection, bool, error) {
	i, err := c.get(ctx, connectionKey(connectionID))
	if err != nil || i == nil {
		return realtime.Connection{}, false, err
	}
	return connectionOf(i), true, nil
}

// connectionOf reads an item, or the part of it that an index holds; a moment that is not there is zero.
func connectionOf(i item) realtime.Connection {
	return realtime.Connection{
		ID: trim(textOf(i, partitionKey), connectionPrefix), UserID: idOf(i, AttrUser), SessionID: idOf(i, AttrSession),
		Username: textOf(i, "username"), DisplayName: textOf(i, "display_name"), Viewing: idOf(i, AttrViewing),
		OpenedAt: moment(i, AttrOpened), SeenAt: moment(i, "seen_at"),
	}
}

// there keeps a late frame from making a connection that was removed.
const there = "attribute_exists(pk)"

// View implements realtime.Connections. The index holds only connections with a room on screen.
func (c Connections) View(ctx context.Context, connectionID string, room id.ID) (bool, error) {
	if room.IsZero() {
		return c.update(ctx, connectionKey(connectionID), "REMOVE "+AttrViewing, there, nil, nil)
	}
	return c.update(ctx, connectionKey(connectionID), "SET "+AttrViewing+" = :room", there, nil, item{":room": text(room.String())})
}

// Touch implements realtime.Connections.
func (c Connections) Touch(ctx context.Context, connectionID string, at time.Time) (bool, error) {
	return c.update(ctx, connectionKey(connectionID), "SET seen_at = :at", there, nil, item{":at": number(at.UnixMilli())})
}

// Viewing implements realtime.Connections. TTL deletes late, so what has expired is left out here.
func (c Connections) Viewing(ctx context.Context, room id.ID) ([]realtime.Connection, error) {
	index, condition := ByViewing, AttrViewing+" = :room"
	pages := dynamodb.NewQueryPaginator(c.Client, &dynamodb.QueryInput{
		TableName: &c.Name, IndexName: &index, KeyConditionExpression: &condition,
		ExpressionAttributeValues: item{":room": text(room.String())},
	})
	var found []realtime.Connection
	now := c.Now().Unix()
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("query %s: %w", index, err)
		}
		for _, i := range page.Items {
			if numberOf(i, AttrExpiry) > now {
				found = append(found, connectionOf(i))
			}
		}
	}
	return found, nil
}
