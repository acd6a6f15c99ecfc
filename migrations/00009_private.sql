-- +goose Up
-- A private question that was shared with its room says as which message; that happens once. People may keep their words from
-- the AI. No foreign key: what is old is purged by itself.
ALTER TABLE messages
  ADD COLUMN shared_as uuid,
  ADD CONSTRAINT messages_shared_rows CHECK (shared_as IS NULL OR visibility = 'private' AND type = 'human');
ALTER TABLE users ADD COLUMN ai_may_read boolean NOT NULL DEFAULT true;

-- +goose Down
ALTER TABLE users DROP COLUMN ai_may_read;
ALTER TABLE messages DROP CONSTRAINT messages_shared_rows, DROP COLUMN shared_as;
