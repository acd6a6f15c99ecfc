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

-- +goose Down
DROP TABLE message_search_fill, message_search;
