package export

import (
	"strings"

	"github.com/yoriai/yoriai/shared/domain/message"
)

// words are what Markdown says besides what people said, in the reader's language.
type words struct {
	title, ai, deleted, edited, private, waits, failed, cancelled, replyTo, reactions, forwarded, changed, somebody string
	// person is around a name in a note.
	person string
	notes  map[message.NoteCode]string
	// removed is left by another's hand.
	removed string
	roles   map[string]string
}

var english = words{
	title: "Messages up to {at}", ai: "AI", deleted: "deleted", edited: "edited", private: "private", waits: "not finished yet", failed: "failed",
	cancelled: "stopped", replyTo: "In reply to {name}:", reactions: "Reactions:", forwarded: "Forwarded; first said by {name} on {at}", changed: "The room was changed",
	somebody: "Somebody", person: "{name}", removed: "{actor} removed {user}",
	notes: map[message.NoteCode]string{
		message.Joined: "{user} joined", message.Left: "{user} left", message.RoleChanged: "{actor} gave {user} the {role} role", message.Renamed: "{actor} renamed the room to “{value}”",
		message.ModelChanged: "{actor} chose {value} to answer here", message.Transferred: "{actor} handed the room over to {user}",
		message.Forked: "{actor} forked this room", message.ForkedFrom: "{actor} forked this room from another",
	},
	roles: map[string]string{"reader": "reader", "guest": "guest", "member": "member", "admin": "admin", "master": "master"},
}

var japanese = words{
	title: "{at} までのメッセージ", ai: "AI", deleted: "削除済み", edited: "編集済み", private: "非公開", waits: "未完了", failed: "失敗", cancelled: "停止",
	replyTo: "{name} への返信：", reactions: "リアクション：", forwarded: "転送されたメッセージです。元の発言：{name}（{at}）", changed: "ルームが変更されました",
	somebody: "退会した人", person: "{name}さん", removed: "{actor}が{user}を退出させました",
	notes: map[message.NoteCode]string{
		message.Joined: "{user}が参加しました", message.Left: "{user}が退出しました", message.RoleChanged: "{actor}が{user}の役割を{role}に変えました", message.Renamed: "{actor}がルームの名前を「{value}」に変えました",
		message.ModelChanged: "{actor}がAIのモデルを{value}に変えました", message.Transferred: "{actor}がルームを{user}に譲渡しました",
		message.Forked: "{actor}がこのルームをフォークしました", message.ForkedFrom: "{actor}が別のルームからフォークしました",
	},
	roles: map[string]string{"reader": "閲覧者", "guest": "ゲスト", "member": "メンバー", "admin": "管理者", "master": "マスター"},
}

// in are the words of a language.
func in(locale string) words {
	if locale == "ja" {
		return japanese
	}
	return english
}

// note words what a room told of itself. What it does not know is a change.
func (w words) note(n Note) string {
	text, known := w.notes[n.Code]
	if !known {
		text = w.changed
	}
	if n.Code == message.Left && n.Actor != nil && n.User != nil && n.Actor.ID != n.User.ID {
		text = w.removed
	}
	role := w.roles[n.Value]
	if role == "" {
		role = n.Value
	}
	return fill(text, "actor", w.named(n.Actor), "user", w.named(n.User), "role", escape(role), "value", escape(n.Value))
}

func (w words) named(n *Named) string {
	if n == nil {
		return w.somebody
	}
	return fill(w.person, "name", escape(n.Name))
}

// fill puts values into the places of a text.
func fill(text string, pairs ...string) string {
	for i := 0; i < len(pairs); i += 2 {
		pairs[i] = "{" + pairs[i] + "}"
	}
	return strings.NewReplacer(pairs...).Replace(text)
}
