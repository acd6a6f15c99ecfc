-- +goose Up
-- Who took a member out of a room; nobody did of those who left by themselves. A link made before does not bring them back.
ALTER TABLE room_members
  ADD COLUMN removed_by uuid REFERENCES users (id),
  ADD CONSTRAINT room_members_removed CHECK (removed_by IS NULL OR removed_at IS NOT NULL);

-- What a room says of itself takes no number of its own: it has that of the message before it, so that it is nothing unread.
ALTER TABLE messages DROP CONSTRAINT messages_sequence_check;
UPDATE messages m SET sequence = n.place FROM (
    SELECT id, count(*) FILTER (WHERE type <> 'system') OVER (PARTITION BY room_id ORDER BY id) AS place
    FROM messages WHERE sequence IS NOT NULL AND room_id IN (SELECT room_id FROM messages WHERE type = 'system')) n
  WHERE n.id = m.id AND m.sequence <> n.place;
UPDATE room_sequences s SET sequence = n.last FROM (SELECT room_id, max(sequence) AS last FROM messages GROUP BY room_id) n
  WHERE n.room_id = s.room_id AND n.last < s.sequence;
UPDATE room_members p SET last_read_sequence = coalesce((SELECT max(sequence) FROM messages m WHERE m.room_id = p.room_id AND m.id <= p.last_read_message_id), 0)
  WHERE room_id IN (SELECT room_id FROM messages WHERE type = 'system');
ALTER TABLE messages ADD CONSTRAINT messages_sequence_check CHECK (sequence > 0 OR sequence = 0 AND type = 'system');

-- +goose Down
ALTER TABLE messages DROP CONSTRAINT messages_sequence_check;
UPDATE messages m SET sequence = n.place FROM (
    SELECT id, row_number() OVER (PARTITION BY room_id ORDER BY id) AS place FROM messages WHERE sequence IS NOT NULL) n
  WHERE n.id = m.id AND m.sequence <> n.place;
UPDATE room_sequences s SET sequence = n.last FROM (SELECT room_id, max(sequence) AS last FROM messages GROUP BY room_id) n
  WHERE n.room_id = s.room_id AND n.last > s.sequence;
UPDATE room_members p SET last_read_sequence = coalesce((SELECT max(sequence) FROM messages m WHERE m.room_id = p.room_id AND m.id <= p.last_read_message_id), 0);
ALTER TABLE messages ADD CONSTRAINT messages_sequence_check CHECK (sequence > 0);
ALTER TABLE room_members DROP CONSTRAINT room_members_removed, DROP COLUMN removed_by;
