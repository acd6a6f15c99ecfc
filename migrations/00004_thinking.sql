-- +goose Up
-- How hard models think: as a room wishes, as a question asked, and what of it was told and counted. What may be asked in a room.
ALTER TABLE rooms
  ADD COLUMN effort text NOT NULL DEFAULT 'default' CHECK (effort IN ('default', 'none', 'low', 'medium', 'high')),
  ADD COLUMN allowed_models text NOT NULL DEFAULT '' CHECK (octet_length(allowed_models) <= 65536);
ALTER TABLE ai_generations
  ADD COLUMN effort text NOT NULL DEFAULT 'default' CHECK (effort IN ('default', 'none', 'low', 'medium', 'high')),
  ADD COLUMN reasoning_allowance integer NOT NULL DEFAULT 0 CHECK (reasoning_allowance >= 0),
  ADD COLUMN thinking text NOT NULL DEFAULT '' CHECK (octet_length(thinking) <= 32768);
-- Purges look for old texts of either kind.
DROP INDEX ai_generations_old_texts;
CREATE INDEX ai_generations_old_texts ON ai_generations (settled_at) WHERE partial_text <> '' OR thinking <> '';

-- +goose Down
DROP INDEX ai_generations_old_texts;
CREATE INDEX ai_generations_old_texts ON ai_generations (settled_at) WHERE partial_text <> '';
ALTER TABLE ai_generations DROP COLUMN effort, DROP COLUMN reasoning_allowance, DROP COLUMN thinking;
ALTER TABLE rooms DROP COLUMN effort, DROP COLUMN allowed_models;
