-- +goose Up
-- What no prompt has room for, in short. A summary's generation says which messages it is made of: whatever changes one of them
-- while it runs, stops it.

ALTER TABLE ai_generations
  ADD COLUMN covers_from uuid,
  ADD COLUMN covers_to uuid,
  ADD COLUMN used_summary boolean NOT NULL DEFAULT false,
  ADD CONSTRAINT ai_generations_covers CHECK ((kind = 'summary') = (covers_from IS NOT NULL) AND (kind = 'summary') = (covers_to IS NOT NULL)
    AND covers_from <= covers_to) NOT VALID;
CREATE UNIQUE INDEX ai_generations_one_summary ON ai_generations (room_id) WHERE kind = 'summary' AND status IN ('pending', 'streaming');

-- Each covers what the one before it covered, and more: when one goes, the one before it stands.
CREATE TABLE message_context_summaries (
  generation_id   uuid PRIMARY KEY REFERENCES ai_generations (id),
  room_id         uuid NOT NULL REFERENCES rooms (id),
  from_message_id uuid NOT NULL,
  to_message_id   uuid NOT NULL,
  text            text NOT NULL CHECK (octet_length(text) BETWEEN 1 AND 1048576),
  tokens          integer NOT NULL CHECK (tokens > 0),
  provider        text NOT NULL,
  model           text NOT NULL,
  created_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
  CHECK (from_message_id <= to_message_id)
);
CREATE INDEX message_context_summaries_of_room ON message_context_summaries (room_id, to_message_id);

-- +goose Down
DROP TABLE message_context_summaries;
DROP INDEX ai_generations_one_summary;
DELETE FROM ai_generations WHERE kind = 'summary';
ALTER TABLE ai_generations DROP COLUMN covers_from, DROP COLUMN covers_to, DROP COLUMN used_summary;
