-- Makes what was said in a room (age.room) up to a message (age.until) so many milliseconds (age.by) older, with all that names it: an
-- id is a place in time. As the database's owner, and for tests alone.
BEGIN;
SET LOCAL session_replication_role = replica;
SELECT ensure_message_partitions(((now() AT TIME ZONE 'UTC') - make_interval(secs => current_setting('age.by')::bigint / 1000.0))::date, (now() AT TIME ZONE 'UTC')::date);
CREATE OR REPLACE FUNCTION pg_temp.aged(v uuid) RETURNS uuid LANGUAGE sql AS $$
  SELECT CASE WHEN v > current_setting('age.until')::uuid THEN v ELSE
    (lpad(to_hex(('x' || translate(left(v::text, 13), '-', ''))::bit(48)::bigint - current_setting('age.by')::bigint), 12, '0') || substr(translate(v::text, '-', ''), 13))::uuid END
$$;
CREATE TEMP TABLE aging ON COMMIT DROP AS SELECT id FROM messages WHERE room_id = current_setting('age.room')::uuid AND id <= current_setting('age.until')::uuid;
UPDATE ai_generations SET message_id = pg_temp.aged(message_id), question_id = pg_temp.aged(question_id), covers_from = pg_temp.aged(covers_from), covers_to = pg_temp.aged(covers_to)
  WHERE room_id = current_setting('age.room')::uuid;
UPDATE message_context_summaries SET from_message_id = pg_temp.aged(from_message_id), to_message_id = pg_temp.aged(to_message_id) WHERE room_id = current_setting('age.room')::uuid;
UPDATE message_search SET message_id = pg_temp.aged(message_id) WHERE message_id IN (SELECT id FROM aging);
UPDATE message_reactions SET message_id = pg_temp.aged(message_id) WHERE message_id IN (SELECT id FROM aging);
UPDATE message_mentions SET message_id = pg_temp.aged(message_id) WHERE message_id IN (SELECT id FROM aging);
UPDATE room_events SET entity_id = pg_temp.aged(entity_id) WHERE room_id = current_setting('age.room')::uuid AND entity_id IN (SELECT id FROM aging);
UPDATE user_events SET entity_id = pg_temp.aged(entity_id) WHERE entity_id IN (SELECT id FROM aging);
UPDATE room_members SET last_read_message_id = pg_temp.aged(last_read_message_id) WHERE room_id = current_setting('age.room')::uuid;
UPDATE room_sequences SET last_message_id = pg_temp.aged(last_message_id) WHERE room_id = current_setting('age.room')::uuid;
UPDATE messages SET answers = pg_temp.aged(answers), reply_to = pg_temp.aged(reply_to), shared_as = pg_temp.aged(shared_as) WHERE room_id = current_setting('age.room')::uuid;
UPDATE messages SET id = pg_temp.aged(id), created_at = created_at - make_interval(secs => current_setting('age.by')::bigint / 1000.0)
  WHERE room_id = current_setting('age.room')::uuid AND id <= current_setting('age.until')::uuid;
-- Only what was copied is older than its room.
UPDATE rooms SET forked_from_room_id = coalesce(forked_from_room_id, id) WHERE id = current_setting('age.room')::uuid;
COMMIT;
