-- +goose Up
-- Who took a member out of a room; nobody did of those who left by themselves. A link made before does not bring them back.
ALTER TABLE room_members
  ADD COLUMN removed_by uuid REFERENCES users (id),
  ADD CONSTRAINT room_members_removed CHECK (removed_by IS NULL OR removed_at IS NOT NULL);

-- +goose Down
ALTER TABLE room_members DROP CONSTRAINT room_members_removed, DROP COLUMN removed_by;
