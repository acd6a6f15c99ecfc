-- +goose Up
-- Long work that people follow, and what a fork copies.

CREATE TABLE jobs (
  id           uuid PRIMARY KEY,
  kind         text NOT NULL CHECK (kind <> ''),
  room_id      uuid REFERENCES rooms (id),
  requested_by uuid NOT NULL REFERENCES users (id),
  state        text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
  attempt      integer NOT NULL DEFAULT 1 CHECK (attempt BETWEEN 1 AND 3),
  wish         jsonb NOT NULL DEFAULT '{}',
  cursor       jsonb NOT NULL DEFAULT '{}',
  done         bigint NOT NULL DEFAULT 0 CHECK (done >= 0),
  total        bigint NOT NULL DEFAULT 0 CHECK (total >= 0),
  error_code   text,
  -- What it made; without a foreign key, since what is half made is removed again.
  result       uuid,
  moved_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
  created_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- When nothing was left to do: one that failed or was cancelled must be cleaned up first.
  ended_at     timestamptz,
  CHECK ((state = 'failed') = (error_code IS NOT NULL)),
  CHECK (state NOT IN ('queued', 'running') OR ended_at IS NULL)
);
CREATE INDEX jobs_open ON jobs (moved_at) WHERE ended_at IS NULL;
CREATE INDEX jobs_open_of_person ON jobs (requested_by) WHERE ended_at IS NULL;

CREATE VIEW room_fork_jobs AS
  SELECT id, room_id AS source_room_id, result AS target_room_id, requested_by, state AS status, done, total, error_code, created_at FROM jobs WHERE kind = 'fork';

-- Erasure, reports and legal removal follow copies.
ALTER TABLE messages ADD COLUMN copied_from uuid;
CREATE INDEX messages_copied_from ON messages (copied_from) WHERE copied_from IS NOT NULL;
-- What a copied answer was charged is shown, and never counted.
ALTER TABLE ai_generations ADD COLUMN copied boolean NOT NULL DEFAULT false;

-- A target that is missing reads as deleted: rows of a room can go in batches, without looking for replies in every partition.
ALTER TABLE messages DROP CONSTRAINT messages_reply_to_fkey;
ALTER TABLE rooms DROP CONSTRAINT rooms_forked_from_room_id_fkey;

-- The place of a copy: its source's millisecond and counter, and low bits that follow from the job and the source alone, so that
-- whoever copies twice writes the same.
-- +goose StatementBegin
CREATE FUNCTION copy_id(job uuid, source uuid) RETURNS uuid LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT (left(source::text, 19) || '8' || overlay(left(md5(job::text || source::text), 15) placing '-' from 4 for 0))::uuid
$$;
-- +goose StatementEnd

-- +goose Down
DROP FUNCTION copy_id;
DROP VIEW room_fork_jobs;
DROP TABLE jobs;
UPDATE messages m SET reply_to = NULL WHERE reply_to IS NOT NULL AND NOT EXISTS (SELECT FROM messages WHERE id = m.reply_to);
ALTER TABLE messages ADD CONSTRAINT messages_reply_to_fkey FOREIGN KEY (reply_to) REFERENCES messages (id);
ALTER TABLE rooms ADD CONSTRAINT rooms_forked_from_room_id_fkey FOREIGN KEY (forked_from_room_id) REFERENCES rooms (id);
ALTER TABLE messages DROP COLUMN copied_from;
ALTER TABLE ai_generations DROP COLUMN copied;
