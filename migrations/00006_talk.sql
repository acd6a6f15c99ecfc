-- +goose Up
-- Finding what was said; reactions, mentions, what a room says of itself, and messages that were passed on.

-- What a message can be found by: words and pairs of characters, each behind a key of its room, so that no word matches the
-- whole installation. Who may see it, and what a search asks for besides words, stands beside, so that only hits are read.
CREATE TABLE message_search (
  message_id uuid PRIMARY KEY REFERENCES messages (id) ON DELETE CASCADE,
  room_id    uuid NOT NULL,
  sender_id  uuid,
  from_ai    boolean NOT NULL,
  visible_to uuid,
  vector     tsvector NOT NULL
);
-- Entries wait in a list that each search reads through, so it stays short.
CREATE INDEX message_search_vector ON message_search USING gin (vector) WITH (gin_pending_list_limit = 256);

-- How far the rows that were there before have come, newest first: once with the deployment, once in the night after it,
-- when nobody runs code any more that does not know of this table.
CREATE TABLE message_search_fill (
  pass  integer PRIMARY KEY,
  below uuid NOT NULL
);
INSERT INTO message_search_fill SELECT pass, 'ffffffff-ffff-ffff-ffff-ffffffffffff' FROM generate_series(1, 2) pass WHERE EXISTS (SELECT FROM messages);

CREATE TABLE message_reactions (
  message_id uuid NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
  emoji      text NOT NULL CHECK (char_length(emoji) BETWEEN 1 AND 32),
  user_id    uuid NOT NULL REFERENCES users (id),
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (message_id, emoji, user_id)
);

-- Whom a message names, by id: a later name breaks nothing. Everybody's mentions of a room are counted past a read position.
CREATE TABLE message_mentions (
  message_id uuid NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
  room_id    uuid NOT NULL REFERENCES rooms (id),
  kind       text NOT NULL CHECK (kind IN ('user', 'ai', 'all')),
  user_id    uuid REFERENCES users (id),
  name       text NOT NULL CHECK (name <> ''),
  UNIQUE NULLS NOT DISTINCT (message_id, kind, user_id),
  CHECK ((kind = 'user') = (user_id IS NOT NULL))
);
CREATE INDEX message_mentions_unread ON message_mentions (room_id, user_id, message_id);

-- What a room says of itself is a code with names as they were, worded by each reader's client. A message that was passed on
-- says where it was said first.
ALTER TABLE messages
  ADD COLUMN system jsonb,
  ADD COLUMN forwarded jsonb,
  ADD CONSTRAINT messages_system_rows CHECK ((type = 'system') = (system IS NOT NULL)),
  ADD CONSTRAINT messages_forwarded_rows CHECK (forwarded IS NULL OR type = 'human');

-- +goose Down
DELETE FROM messages WHERE type = 'system';
ALTER TABLE messages DROP CONSTRAINT messages_system_rows, DROP CONSTRAINT messages_forwarded_rows, DROP COLUMN system, DROP COLUMN forwarded;
DROP TABLE message_mentions, message_reactions;
DROP TABLE message_search_fill, message_search;
