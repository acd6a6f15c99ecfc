-- +goose Up
-- Who did what, on what, and from where: written once, by month like messages.

-- As ensure_message_partitions did for messages, for every table that is divided by months of its id.
-- +goose StatementBegin
CREATE FUNCTION ensure_partitions(parent text, first date, last date) RETURNS integer LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
  month date := date_trunc('month', first)::date;
  made integer := 0;
  part text;
  low uuid;
  high uuid;
BEGIN
  IF parent NOT IN ('messages', 'audit_log') THEN
    RAISE EXCEPTION '% is not divided by months', parent;
  END IF;
  WHILE month <= last LOOP
    part := parent || to_char(month, '_YYYY_MM');
    IF to_regclass(part) IS NULL THEN
      low := id_floor(month::timestamp AT TIME ZONE 'UTC');
      high := id_floor((month + interval '1 month')::timestamp AT TIME ZONE 'UTC');
      EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL, CONSTRAINT bounds CHECK (id >= %L AND id < %L))', part, parent, low, high);
      EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, part, low, high);
      EXECUTE format('ALTER TABLE %I DROP CONSTRAINT bounds', part);
      made := made + 1;
    END IF;
    month := (month + interval '1 month')::date;
  END LOOP;
  RETURN made;
END $$;
CREATE OR REPLACE FUNCTION ensure_message_partitions(first date, last date) RETURNS integer LANGUAGE sql AS $$ SELECT ensure_partitions('messages', first, last) $$;
-- +goose StatementEnd

-- No foreign keys: the log outlives what it tells of.
CREATE TABLE audit_log (
  id         uuid PRIMARY KEY,
  act        text NOT NULL CHECK (act <> ''),
  actor_id   uuid,
  room_id    uuid,
  subject_id uuid,
  details    jsonb NOT NULL DEFAULT '{}',
  address    text NOT NULL DEFAULT ''
) PARTITION BY RANGE (id);
CREATE INDEX audit_log_of_room ON audit_log (room_id, id) WHERE room_id IS NOT NULL;
CREATE INDEX audit_log_of_actor ON audit_log (actor_id, id) WHERE actor_id IS NOT NULL;
CREATE TRIGGER audit_log_stays BEFORE UPDATE OR DELETE ON audit_log FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_log_all_stays BEFORE TRUNCATE ON audit_log FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
-- The month before, too: ids come from clocks that may be behind.
SELECT ensure_partitions('audit_log', ((now() AT TIME ZONE 'UTC') - interval '1 month')::date, ((now() AT TIME ZONE 'UTC') + interval '12 months')::date);

-- +goose Down
DROP TABLE audit_log;
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ensure_message_partitions(first date, last date) RETURNS integer LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
  month date := date_trunc('month', first)::date;
  made integer := 0;
  part text;
  low uuid;
  high uuid;
BEGIN
  WHILE month <= last LOOP
    part := 'messages_' || to_char(month, 'YYYY_MM');
    IF to_regclass(part) IS NULL THEN
      low := id_floor(month::timestamp AT TIME ZONE 'UTC');
      high := id_floor((month + interval '1 month')::timestamp AT TIME ZONE 'UTC');
      EXECUTE format('CREATE TABLE %I (LIKE messages INCLUDING ALL, CONSTRAINT bounds CHECK (id >= %L AND id < %L))', part, low, high);
      EXECUTE format('ALTER TABLE messages ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', part, low, high);
      EXECUTE format('ALTER TABLE %I DROP CONSTRAINT bounds', part);
      made := made + 1;
    END IF;
    month := (month + interval '1 month')::date;
  END LOOP;
  RETURN made;
END $$;
-- +goose StatementEnd
DROP FUNCTION ensure_partitions;
