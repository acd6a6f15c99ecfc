-- +goose Up
-- What somebody takes along from all rooms: what they said, what only they may see, and their reactions.

CREATE INDEX messages_sender ON messages (sender_id, id) WHERE sender_id IS NOT NULL;
CREATE INDEX messages_visible_to ON messages (visible_to, id) WHERE visible_to IS NOT NULL;
CREATE INDEX message_reactions_of_person ON message_reactions (user_id, message_id, emoji);

-- +goose Down
DROP INDEX message_reactions_of_person, messages_visible_to, messages_sender;
