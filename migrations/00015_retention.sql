-- +goose Up
-- For how long rooms keep their messages, and where their history begins.

ALTER TABLE rooms
  ADD COLUMN retention_days      integer CHECK (retention_days BETWEEN 30 AND 3650),
  -- What was announced, and from when on it holds.
  ADD COLUMN retention_next_days integer CHECK (retention_next_days BETWEEN 30 AND 3650),
  ADD COLUMN retention_next_at   timestamptz,
  ADD CONSTRAINT rooms_retention_next CHECK ((retention_next_days IS NULL) = (retention_next_at IS NULL));
CREATE INDEX rooms_retention ON rooms (id) WHERE retention_days IS NOT NULL OR retention_next_at IS NOT NULL;

-- A purge goes in batches, and tells the room with the last: until then it is untold.
ALTER TABLE room_sequences
  ADD COLUMN first_sequence    bigint NOT NULL DEFAULT 1,
  ADD COLUMN history_begins_at timestamptz,
  ADD COLUMN purge_untold      boolean NOT NULL DEFAULT false,
  ADD CONSTRAINT room_sequences_first CHECK (first_sequence BETWEEN 1 AND sequence + 1);

-- +goose Down
ALTER TABLE room_sequences DROP COLUMN first_sequence, DROP COLUMN history_begins_at, DROP COLUMN purge_untold;
ALTER TABLE rooms DROP COLUMN retention_days, DROP COLUMN retention_next_days, DROP COLUMN retention_next_at;
