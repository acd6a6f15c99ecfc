-- +goose Up
-- Generations get an id of their own, which jobs, leases, fences and holds name, so that not every one of them is an attempt
-- at an answer; why an answer ended is kept; partitions are made without keeping readers out.

ALTER TABLE ai_generations
  ADD COLUMN id uuid NOT NULL DEFAULT gen_random_uuid(),
  ADD COLUMN kind text NOT NULL DEFAULT 'reply' CHECK (kind IN ('reply', 'summary')),
  ADD COLUMN cached_input_tokens bigint CHECK (cached_input_tokens BETWEEN 0 AND input_tokens),
  ADD COLUMN reasoning_tokens bigint CHECK (reasoning_tokens BETWEEN 0 AND output_tokens),
  ADD COLUMN finish_reason text CHECK (finish_reason IN ('stop', 'length', 'content_filter'));
ALTER TABLE ai_generations DROP CONSTRAINT ai_generations_pkey;
ALTER TABLE ai_generations
  ADD PRIMARY KEY (id),
  ADD CONSTRAINT ai_generations_attempt UNIQUE (message_id, attempt),
  ALTER COLUMN message_id DROP NOT NULL,
  ALTER COLUMN attempt DROP NOT NULL,
  ALTER COLUMN question_id DROP NOT NULL,
  ADD CONSTRAINT ai_generations_replies CHECK ((kind = 'reply') = (message_id IS NOT NULL) AND (kind = 'reply') = (attempt IS NOT NULL)
    AND (kind = 'reply') = (question_id IS NOT NULL)),
  -- Nothing is free: a price that nobody gave must not become zero.
  ADD CONSTRAINT ai_generations_priced CHECK (weight_input > 0 AND weight_output > 0) NOT VALID;
-- Deleting a question looks for its answers; purges look for old texts.
CREATE INDEX ai_generations_question ON ai_generations (question_id);
CREATE INDEX ai_generations_old_texts ON ai_generations (settled_at) WHERE partial_text <> '';
-- A sweep takes those first that wait longest, whether or not anybody ever held them.
CREATE INDEX ai_generations_open_age ON ai_generations (coalesce(lease_until, created_at)) WHERE status IN ('pending', 'streaming');
DROP INDEX ai_generations_open_lease;

-- Which queues there are, the contract says.
ALTER TABLE outbox DROP CONSTRAINT outbox_queue_check;
ALTER TABLE outbox ADD CONSTRAINT outbox_queue_named CHECK (queue <> '');
DROP INDEX outbox_age;
CREATE INDEX outbox_age ON outbox (created_at, id);

-- As before, but a month's table is made apart and then attached: that lets readers go on, while PARTITION OF would wait for
-- every reader of messages, and everybody else for it. Writers wait until it commits; it gives up after two seconds.
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

-- +goose Down
DROP INDEX ai_generations_question, ai_generations_old_texts, ai_generations_open_age, outbox_age;
CREATE INDEX outbox_age ON outbox (created_at);
CREATE INDEX ai_generations_open_lease ON ai_generations (lease_until) WHERE status IN ('pending', 'streaming');
DELETE FROM ai_generations WHERE kind <> 'reply';
ALTER TABLE ai_generations
  DROP CONSTRAINT ai_generations_priced, DROP CONSTRAINT ai_generations_replies, DROP CONSTRAINT ai_generations_attempt,
  DROP CONSTRAINT ai_generations_pkey;
ALTER TABLE ai_generations
  ALTER COLUMN message_id SET NOT NULL, ALTER COLUMN attempt SET NOT NULL, ALTER COLUMN question_id SET NOT NULL,
  ADD PRIMARY KEY (message_id, attempt),
  DROP COLUMN id, DROP COLUMN kind, DROP COLUMN cached_input_tokens, DROP COLUMN reasoning_tokens, DROP COLUMN finish_reason;
ALTER TABLE outbox DROP CONSTRAINT outbox_queue_named;
DELETE FROM outbox WHERE queue NOT IN ('fan-out', 'ai-replies', 'ai-watchdog');
ALTER TABLE outbox ADD CONSTRAINT outbox_queue_check CHECK (queue IN ('fan-out', 'ai-replies', 'ai-watchdog'));
