package dynamodb

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/realtime"
)

// Tickets is realtime.Tickets on the table.
type Tickets struct{ Table }

var _ realtime.Tickets = Tickets{}

func ticketKey(hash realtime.TicketHash) item {
	return key("TICKET#"+hex.EncodeToString(hash[:]), "TICKET")
}

// Put implements realtime.Tickets.
func (t Tickets) Put(ctx context.Context, hash realtime.TicketHash, ticket realtime.Ticket) error {
	i := ticketKey(hash)
	i["user"] = text(ticket.UserID.String())
	i["session"] = text(ticket.SessionID.String())
	i["username"] = text(ticket.Username)
	i["display_name"] = text(ticket.DisplayName)
	i["expires_at"] = number(ticket.ExpiresAt.UnixMilli())
	i[AttrExpiry] = number(ticket.ExpiresAt.Unix() + 1)
	return t.put(ctx, i)
}

// Spend implements realtime.Tickets: the delete that finds the ticket is the one that spends it.
func (t Tickets) Spend(ctx context.Context, hash realtime.TicketHash, now time.Time) (realtime.Ticket, bool, error) {
	condition := "attribute_exists(pk) AND expires_at > :now"
	out, err := t.Client.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: &t.Name, Key: ticketKey(hash), ConditionExpression: &condition,
		ExpressionAttributeValues: item{":now": number(now.UnixMilli())}, ReturnValues: types.ReturnValueAllOld,
	})
	var refused *types.ConditionalCheckFailedException
	if errors.As(err, &refused) {
		return realtime.Ticket{}, false, nil
	}
	if err != nil {
		return realtime.Ticket{}, false, fmt.Errorf("spend a ticket: %w", err)
	}
	i := out.Attributes
	return realtime.Ticket{
		UserID: idOf(i, "user"), SessionID: idOf(i, "session"), Username: textOf(i, "username"),
		DisplayName: textOf(i, "display_name"), ExpiresAt: time.UnixMilli(numberOf(i, "expires_at")).UTC(),
	}, true, nil
}

// Denials is realtime.Denials on the table.
type Denials struct{ Table }

var (
	_ realtime.Denials   = Denials{}
	_ realtime.DenialsOf = Denials{}
)

const denialPrefix = "DENIED#"

func denialKey(session id.ID) item { return key(denialPrefix+session.String(), "DENIED") }

// Deny implements realtime.Denials.
func (d Denials) Deny(ctx context.Context, session id.ID) error {
	i := denialKey(session)
	i[AttrExpiry] = number(d.Now().Add(realtime.DenialLifetime).Unix())
	return d.put(ctx, i)
}

// Denied implements realtime.Denials. A denial that TTL has not deleted yet still denies: its session is over for good.
func (d Denials) Denied(ctx context.Context, session id.ID) (bool, error) {
	i, err := d.get(ctx, denialKey(session))
	return i != nil, err
}

// DeniedOf implements realtime.DenialsOf.
func (d Denials) DeniedOf(ctx context.Context, sessions []id.ID) (map[id.ID]bool, error) {
	keys := make([]item, 0, len(sessions))
	for _, session := range sessions {
		keys = append(keys, denialKey(session))
	}
	items, err := d.batchGet(ctx, keys)
	if err != nil {
		return nil, err
	}
	denied := make(map[id.ID]bool, len(items))
	for _, i := range items {
		if session, err := id.Parse(trim(textOf(i, partitionKey), denialPrefix)); err == nil {
			denied[session] = true
		}
	}
	return denied, nil
}
