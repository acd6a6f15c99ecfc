-- +goose Up
-- Rooms, the log that orders them, messages partitioned by month of their id, AI generations, and the outbox.

-- The lowest UUIDv7 of a moment: partition bounds and "not older than" comparisons.
-- +goose StatementBegin
CREATE FUNCTION id_floor(moment timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT (lpad(to_hex((extract(epoch FROM moment) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
$$;
-- +goose StatementEnd

CREATE TABLE rooms (
  id                   uuid PRIMARY KEY,
  name                 text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
  description          text NOT NULL DEFAULT '' CHECK (char_length(description) <= 1000),
  owner_id             uuid NOT NULL REFERENCES users (id),
  ai_provider          text NOT NULL DEFAULT '' CHECK (char_length(ai_provider) <= 100),
  ai_model             text NOT NULL DEFAULT '' CHECK (char_length(ai_model) <= 200),
  ai_instructions      text NOT NULL DEFAULT '' CHECK (char_length(ai_instructions) <= 8000),
  ai_context_cutoff_at timestamptz,
  max_reply_tokens     integer NOT NULL DEFAULT 4096 CHECK (max_reply_tokens BETWEEN 256 AND 32768),
  is_archived          boolean NOT NULL DEFAULT false,
  fork_state           text CHECK (fork_state IN ('running', 'failed')),
  forked_from_room_id  uuid REFERENCES rooms (id),
  created_at           timestamptz NOT NULL DEFAULT now(),
  updated_at           timestamptz NOT NULL DEFAULT now(),
  deleted_at           timestamptz
);

-- The row lock that orders a room. last_message_id starts as the room's own id, so that a new room stands by its birth.
CREATE TABLE room_sequences (
  room_id         uuid PRIMARY KEY REFERENCES rooms (id),
  sequence        bigint NOT NULL DEFAULT 0 CHECK (sequence >= 0),
  event           bigint NOT NULL DEFAULT 0 CHECK (event >= 0),
  last_message_id uuid NOT NULL
);

CREATE TABLE room_members (
  room_id              uuid NOT NULL REFERENCES rooms (id),
  user_id              uuid NOT NULL REFERENCES users (id),
  role                 text NOT NULL CHECK (role IN ('reader', 'guest', 'member', 'admin', 'master')),
  version              bigint NOT NULL,
  joined_at            timestamptz NOT NULL DEFAULT now(),
  removed_at           timestamptz,
  last_read_message_id uuid,
  last_read_sequence   bigint NOT NULL DEFAULT 0,
  notify               text NOT NULL DEFAULT 'all' CHECK (notify IN ('all', 'mentions', 'none')),
  monthly_cap          bigint CHECK (monthly_cap >= 0),
  PRIMARY KEY (room_id, user_id)
);
CREATE UNIQUE INDEX room_members_one_master ON room_members (room_id) WHERE role = 'master' AND removed_at IS NULL;
CREATE INDEX room_members_of_user ON room_members (user_id, room_id) WHERE removed_at IS NULL;

CREATE TABLE room_events (
  room_id   uuid NOT NULL REFERENCES rooms (id),
  event     bigint NOT NULL CHECK (event > 0),
  kind      text NOT NULL,
  entity_id uuid NOT NULL,
  actor_id  uuid,
  at        timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (room_id, event)
);

CREATE TABLE user_sequences (
  user_id uuid PRIMARY KEY REFERENCES users (id),
  event   bigint NOT NULL DEFAULT 0 CHECK (event >= 0)
);

CREATE TABLE user_events (
  user_id   uuid NOT NULL REFERENCES users (id),
  event     bigint NOT NULL CHECK (event > 0),
  kind      text NOT NULL,
  entity_id uuid NOT NULL,
  at        timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (user_id, event)
);

-- A message's id is its place. There is no default partition: it would forbid the ordered Append that pages rely on.
CREATE TABLE messages (
  id                uuid PRIMARY KEY,
  room_id           uuid NOT NULL REFERENCES rooms (id),
  sequence          bigint CHECK (sequence > 0),
  event             bigint NOT NULL CHECK (event > 0),
  sender_id         uuid REFERENCES users (id),
  type              text NOT NULL CHECK (type IN ('human', 'ai', 'system')),
  status            text NOT NULL CHECK (status IN ('pending', 'streaming', 'completed', 'failed', 'cancelled')),
  content           text NOT NULL DEFAULT '',
  answers           uuid REFERENCES messages (id),
  reply_to          uuid REFERENCES messages (id),
  visibility        text NOT NULL DEFAULT 'public' CHECK (visibility IN ('public', 'private')),
  visible_to        uuid REFERENCES users (id),
  exclude_from_ai   boolean NOT NULL DEFAULT false,
  token_estimate    integer NOT NULL DEFAULT 0 CHECK (token_estimate >= 0),
  client_message_id uuid,
  attempt           integer NOT NULL DEFAULT 0 CHECK (attempt >= 0),
  content_attempt   integer NOT NULL DEFAULT 0 CHECK (content_attempt BETWEEN 0 AND attempt),
  edited_at         timestamptz,
  deleted_at        timestamptz,
  created_at        timestamptz NOT NULL,
  CONSTRAINT messages_private_rows CHECK ((visibility = 'private') = (visible_to IS NOT NULL) AND (visibility = 'private') = (sequence IS NULL)),
  CONSTRAINT messages_human_rows CHECK ((type = 'human') = (sender_id IS NOT NULL)),
  CONSTRAINT messages_ai_rows CHECK ((type = 'ai') = (answers IS NOT NULL) AND (type = 'ai') = (attempt > 0)),
  CONSTRAINT messages_human_text CHECK (type <> 'human' OR deleted_at IS NOT NULL OR char_length(content) BETWEEN 1 AND 32000),
  CONSTRAINT messages_ai_text CHECK (octet_length(content) <= 1048576),
  CONSTRAINT messages_tombstones CHECK (deleted_at IS NULL OR content = ''),
  CONSTRAINT messages_only_ai_waits CHECK (type = 'ai' OR status = 'completed')
) PARTITION BY RANGE (id);
CREATE INDEX messages_room_id ON messages (room_id, id);
CREATE INDEX messages_answers ON messages (answers) WHERE answers IS NOT NULL;

-- Makes the monthly partitions of messages from one month to another (both included), those that are missing only.
-- It runs as its owner: the functions' own role may not make tables.
-- +goose StatementBegin
CREATE FUNCTION ensure_message_partitions(first date, last date) RETURNS integer LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  month date := date_trunc('month', first)::date;
  made integer := 0;
  part text;
BEGIN
  WHILE month <= last LOOP
    part := 'messages_' || to_char(month, 'YYYY_MM');
    IF to_regclass(part) IS NULL THEN
      EXECUTE format('CREATE TABLE %I PARTITION OF messages FOR VALUES FROM (%L) TO (%L)', part,
        id_floor(month::timestamp AT TIME ZONE 'UTC'), id_floor((month + interval '1 month')::timestamp AT TIME ZONE 'UTC'));
      made := made + 1;
    END IF;
    month := (month + interval '1 month')::date;
  END LOOP;
  RETURN made;
END $$;
-- +goose StatementEnd
SELECT ensure_message_partitions((now() AT TIME ZONE 'UTC')::date, ((now() AT TIME ZONE 'UTC') + interval '12 months')::date);

CREATE TABLE ai_generations (
  message_id         uuid NOT NULL REFERENCES messages (id),
  attempt            integer NOT NULL CHECK (attempt > 0),
  room_id            uuid NOT NULL REFERENCES rooms (id),
  question_id        uuid NOT NULL REFERENCES messages (id),
  asker_id           uuid NOT NULL REFERENCES users (id),
  requested_by       uuid NOT NULL REFERENCES users (id),
  payer_id           uuid NOT NULL REFERENCES users (id),
  provider           text NOT NULL,
  model              text NOT NULL,
  visibility         text NOT NULL DEFAULT 'public' CHECK (visibility IN ('public', 'private')),
  status             text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'streaming', 'completed', 'failed', 'cancelled')),
  prompt_budget      integer NOT NULL CHECK (prompt_budget > 0),
  reply_cap          integer NOT NULL CHECK (reply_cap > 0),
  hold               bigint NOT NULL DEFAULT 0 CHECK (hold >= 0),
  weight_input       bigint NOT NULL DEFAULT 0 CHECK (weight_input >= 0),
  weight_output      bigint NOT NULL DEFAULT 0 CHECK (weight_output >= 0),
  lease_token        uuid,
  lease_until        timestamptz,
  requeued_at        timestamptz,
  provider_called_at timestamptz,
  first_text_at      timestamptz,
  stop_requested_at  timestamptz,
  prompt_estimate    integer NOT NULL DEFAULT 0 CHECK (prompt_estimate >= 0),
  partial_text       text NOT NULL DEFAULT '' CHECK (octet_length(partial_text) <= 1048576),
  input_tokens       bigint CHECK (input_tokens >= 0),
  output_tokens      bigint CHECK (output_tokens >= 0),
  usage_estimated    boolean NOT NULL DEFAULT false,
  charged_tokens     bigint CHECK (charged_tokens >= 0),
  error_code         text,
  created_at         timestamptz NOT NULL DEFAULT clock_timestamp(),
  settled_at         timestamptz,
  PRIMARY KEY (message_id, attempt),
  CHECK ((status IN ('pending', 'streaming')) = (settled_at IS NULL)),
  CHECK ((status = 'failed') = (error_code IS NOT NULL)),
  CHECK (status <> 'streaming' OR provider_called_at IS NOT NULL)
);
CREATE UNIQUE INDEX ai_generations_one_open ON ai_generations (message_id) WHERE status IN ('pending', 'streaming');
CREATE INDEX ai_generations_open_of_asker ON ai_generations (room_id, asker_id) WHERE status IN ('pending', 'streaming');
CREATE INDEX ai_generations_open_lease ON ai_generations (lease_until) WHERE status IN ('pending', 'streaming');

CREATE TABLE idempotency_keys (
  user_id      uuid NOT NULL REFERENCES users (id),
  operation    text NOT NULL,
  key          uuid NOT NULL,
  request_hash bytea NOT NULL,
  resource_id  uuid NOT NULL,
  created_at   timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (user_id, operation, key)
);
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);

-- One row for each queue message that a transaction owes the world; deleted once the queue took it.
CREATE TABLE outbox (
  id            uuid PRIMARY KEY,
  queue         text NOT NULL CHECK (queue IN ('fan-out', 'ai-replies', 'ai-watchdog')),
  body          text NOT NULL CHECK (octet_length(body) <= 4096),
  fairness      text NOT NULL DEFAULT '',
  delay_seconds integer NOT NULL DEFAULT 0 CHECK (delay_seconds BETWEEN 0 AND 900),
  created_at    timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX outbox_age ON outbox (created_at);

-- +goose Down
DROP TABLE outbox, idempotency_keys, ai_generations, messages, user_events, user_sequences, room_events, room_members, room_sequences, rooms CASCADE;
DROP FUNCTION ensure_message_partitions, id_floor;
