package export

import "github.com/yoriai/yoriai/shared/domain/id"

// Account is what is kept about somebody besides what they said. It holds no secrets.
type Account struct {
	Profile  Profile   `json:"profile"`
	Rooms    []Room    `json:"rooms"`
	Balance  Balance   `json:"balance"`
	Sessions []Session `json:"sessions"`
}

// Profile is somebody as they see themselves.
type Profile struct {
	ID              id.ID  `json:"id"`
	Username        string `json:"username"`
	Email           string `json:"email"`
	EmailVerifiedAt Time   `json:"email_verified_at"`
	DisplayName     string `json:"display_name"`
	Locale          string `json:"locale"`
	AIMayRead       bool   `json:"ai_may_read"`
	CreatedAt       Time   `json:"created_at"`
}

// Room is a room that somebody is or was in. Of one that they left the name is not theirs to know any more.
type Room struct {
	ID       id.ID  `json:"id"`
	Name     string `json:"name"`
	Role     string `json:"role"`
	JoinedAt Time   `json:"joined_at"`
	LeftAt   Time   `json:"left_at"`
}

// Balance is what somebody has, in tokens.
type Balance struct {
	Tokens int64 `json:"tokens"`
	Held   int64 `json:"held"`
	Owed   int64 `json:"owed"`
}

// Session is where somebody is or was signed in.
type Session struct {
	ID        id.ID `json:"id"`
	CreatedAt Time  `json:"created_at"`
	ExpiresAt Time  `json:"expires_at"`
	RevokedAt Time  `json:"revoked_at"`
}

// Given is a reaction that somebody gave.
type Given struct {
	RoomID    id.ID  `json:"room_id"`
	MessageID id.ID  `json:"message_id"`
	Emoji     string `json:"emoji"`
	CreatedAt Time   `json:"created_at"`
}

// Transaction is a line of somebody's books. What others asked in private is one line a day, member and model, without a room.
type Transaction struct {
	ID        id.ID  `json:"id"`
	Kind      string `json:"kind"`
	Amount    int64  `json:"amount"`
	Reason    string `json:"reason"`
	UserID    *id.ID `json:"user_id"`
	RoomID    *id.ID `json:"room_id"`
	Provider  string `json:"provider"`
	Model     string `json:"model"`
	Private   bool   `json:"private"`
	CreatedAt Time   `json:"created_at"`
}
