package fanout

import (
	"slices"
	"strings"

	"github.com/yoriai/yoriai/shared/domain/event"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
)

// letters are the frames of a push: the same for everybody, but for those who gave reactions to its messages. Whoever gave the
// same is sent the same.
type letters struct {
	shared [][]byte
	own    map[id.ID][][]byte
}

// to is the frames for one person.
func (l letters) to(person id.ID) [][]byte {
	if own, there := l.own[person]; there {
		return own
	}
	return l.shared
}

func (f FanOut) letters(roomID id.ID, push RoomPush) letters {
	l := letters{own: map[id.ID][][]byte{}}
	for _, r := range runs(push.Events) {
		frame := f.Frames.Room(roomID, r, push)
		if frame == nil {
			continue
		}
		l.add(frame)
		for _, m := range push.Messages {
			if m.ID == r.EntityID && (r.Kind == event.MessageCreated || r.Kind == event.MessageUpdated) {
				f.personal(&l, roomID, r, m)
			}
		}
	}
	return l
}

// add adds a frame for everybody.
func (l *letters) add(frame []byte) {
	l.shared = append(l.shared, frame)
	for person, frames := range l.own {
		l.own[person] = append(frames, frame)
	}
}

// personal replaces the last frame for each who gave a reaction to the message.
func (f FanOut) personal(l *letters, roomID id.ID, r Run, m message.Message) {
	given := map[id.ID][]string{}
	for _, reaction := range m.Reactions {
		for _, person := range reaction.By {
			given[person] = append(given[person], reaction.Emoji)
		}
	}
	frames := map[string][]byte{}
	for person, emoji := range given {
		key := strings.Join(emoji, " ")
		frame, there := frames[key]
		if !there {
			m.Reactions = slices.Clone(m.Reactions)
			for i := range m.Reactions {
				m.Reactions[i].Mine = slices.Contains(emoji, m.Reactions[i].Emoji)
			}
			frame = f.Frames.Room(roomID, r, RoomPush{Messages: []message.Message{m}})
			frames[key] = frame
		}
		if _, there := l.own[person]; !there {
			l.own[person] = slices.Clone(l.shared)
		}
		l.own[person][len(l.shared)-1] = frame
	}
}
