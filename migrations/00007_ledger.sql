-- +goose Up
-- The ledger: who pays, what they have, what is held of it, and every entry that ever changed it.

-- A person's account has the person's id, so that a room's payer follows its owner by itself.
CREATE TABLE accounts (
  id            uuid PRIMARY KEY,
  kind          text NOT NULL DEFAULT 'person' CHECK (kind IN ('person', 'organisation')),
  user_id       uuid UNIQUE REFERENCES users (id),
  frozen_at     timestamptz,
  storage_bytes bigint NOT NULL DEFAULT 0 CHECK (storage_bytes >= 0),
  created_at    timestamptz NOT NULL DEFAULT now(),
  CHECK ((kind = 'person') = (user_id IS NOT NULL)),
  CHECK (kind <> 'person' OR id = user_id)
);

-- The row that is locked. The largest number is the largest that every client reads exactly.
CREATE TABLE token_balances (
  account_id          uuid PRIMARY KEY REFERENCES accounts (id),
  balance             bigint NOT NULL DEFAULT 0 CHECK (balance BETWEEN 0 AND 9007199254740991),
  held                bigint NOT NULL DEFAULT 0 CHECK (held >= 0),
  last_transaction_id uuid,
  CHECK (balance >= held)
);

CREATE TABLE token_lots (
  id         uuid PRIMARY KEY,
  account_id uuid NOT NULL REFERENCES accounts (id),
  source     text NOT NULL CHECK (source IN ('start', 'grant', 'purchase', 'subscription')),
  source_key text NOT NULL UNIQUE,
  granted    bigint NOT NULL CHECK (granted > 0),
  remaining  bigint NOT NULL CHECK (remaining BETWEEN 0 AND granted),
  expires_at timestamptz,
  revoked_at timestamptz,
  payment    text,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX token_lots_open ON token_lots (account_id) WHERE remaining > 0;

-- No foreign key to messages or rooms: purges must not touch the books.
CREATE TABLE token_transactions (
  id            uuid PRIMARY KEY,
  account_id    uuid NOT NULL REFERENCES accounts (id),
  kind          text NOT NULL CHECK (kind IN ('grant', 'purchase', 'subscription', 'usage', 'refund', 'expiry', 'adjustment')),
  amount        bigint NOT NULL CHECK (amount <> 0),
  balance_after bigint NOT NULL CHECK (balance_after >= 0),
  source_key    text NOT NULL UNIQUE,
  actor_id      uuid,
  reason        text NOT NULL DEFAULT '',
  created_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- What usage was for.
  generation_id uuid,
  room_id       uuid,
  provider      text,
  model         text,
  visibility    text CHECK (visibility IN ('public', 'private')),
  CHECK ((kind = 'usage') = (generation_id IS NOT NULL) AND (kind = 'usage') = (visibility IS NOT NULL)),
  CHECK (kind <> 'usage' OR amount < 0)
);
CREATE INDEX token_transactions_of_account ON token_transactions (account_id, id);
CREATE INDEX token_transactions_grants ON token_transactions (id) WHERE kind = 'grant' AND reason = 'start';

-- What was written stays written, whoever asks: locally the functions own the table.
-- +goose StatementBegin
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
-- +goose StatementEnd
CREATE TRIGGER token_transactions_stay BEFORE UPDATE OR DELETE ON token_transactions FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER token_transactions_all_stay BEFORE TRUNCATE ON token_transactions FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE token_holds (
  generation_id uuid PRIMARY KEY,
  account_id    uuid NOT NULL REFERENCES accounts (id),
  room_id       uuid NOT NULL,
  user_id       uuid NOT NULL,
  month         text NOT NULL CHECK (month ~ '^\d{4}-\d{2}$'),
  amount        bigint NOT NULL CHECK (amount > 0),
  created_at    timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX token_holds_of_account ON token_holds (account_id);

CREATE TABLE member_usage (
  room_id uuid NOT NULL,
  month   text NOT NULL CHECK (month ~ '^\d{4}-\d{2}$'),
  user_id uuid NOT NULL,
  charged bigint NOT NULL DEFAULT 0 CHECK (charged >= 0),
  held    bigint NOT NULL DEFAULT 0 CHECK (held >= 0),
  PRIMARY KEY (room_id, month, user_id)
);

CREATE TABLE usage_daily (
  account_id             uuid NOT NULL REFERENCES accounts (id),
  day                    date NOT NULL,
  room_id                uuid NOT NULL,
  user_id                uuid NOT NULL,
  provider               text NOT NULL,
  model                  text NOT NULL,
  visibility             text NOT NULL CHECK (visibility IN ('public', 'private')),
  kind                   text NOT NULL CHECK (kind IN ('reply', 'summary')),
  generations            bigint NOT NULL DEFAULT 0 CHECK (generations >= 0),
  input_tokens           bigint NOT NULL DEFAULT 0 CHECK (input_tokens >= 0),
  cached_input_tokens    bigint NOT NULL DEFAULT 0 CHECK (cached_input_tokens >= 0),
  output_tokens          bigint NOT NULL DEFAULT 0 CHECK (output_tokens >= 0),
  reasoning_tokens       bigint NOT NULL DEFAULT 0 CHECK (reasoning_tokens >= 0),
  charged                bigint NOT NULL DEFAULT 0 CHECK (charged >= 0),
  provider_cost_nanousd  bigint NOT NULL DEFAULT 0 CHECK (provider_cost_nanousd >= 0),
  PRIMARY KEY (account_id, day, room_id, user_id, provider, model, visibility, kind)
);

-- How far the books were proven.
CREATE TABLE ledger_proofs (
  one            boolean PRIMARY KEY DEFAULT true CHECK (one),
  transaction_id uuid NOT NULL,
  proven_at      timestamptz NOT NULL DEFAULT clock_timestamp()
);

ALTER TABLE rooms
  ADD COLUMN default_member_cap bigint CHECK (default_member_cap BETWEEN 0 AND 9007199254740991),
  ADD COLUMN monthly_budget bigint CHECK (monthly_budget BETWEEN 0 AND 9007199254740991);
ALTER TABLE ai_generations
  ADD COLUMN rate_input bigint NOT NULL DEFAULT 0 CHECK (rate_input >= 0),
  ADD COLUMN rate_cached_input bigint NOT NULL DEFAULT 0 CHECK (rate_cached_input >= 0),
  ADD COLUMN rate_output bigint NOT NULL DEFAULT 0 CHECK (rate_output >= 0),
  ADD COLUMN provider_cost_nanousd bigint CHECK (provider_cost_nanousd >= 0);
-- What failed for free lately.
CREATE INDEX ai_generations_free_failures ON ai_generations (payer_id, settled_at)
  WHERE status = 'failed' AND charged_tokens = 0 AND finish_reason IS NULL AND provider_called_at IS NOT NULL;

-- Everybody has an account, whatever code makes the person.
-- +goose StatementBegin
CREATE FUNCTION open_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO accounts (id, user_id) VALUES (NEW.id, NEW.id);
  INSERT INTO token_balances (account_id) VALUES (NEW.id);
  RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER users_have_accounts AFTER INSERT ON users FOR EACH ROW EXECUTE FUNCTION open_account();

-- What could go along with a question at most, by the messages' own estimates: newest first, until a budget is full. It bounds
-- a hold from above; what the AI may see of them, the domain decides.
-- +goose StatementBegin
CREATE FUNCTION prompt_size(room uuid, before uuid, asker uuid, budget bigint, tail integer, OUT history bigint, OUT newest bigint)
  LANGUAGE plpgsql STABLE AS $$
DECLARE
  oldest uuid;
  estimate integer;
  taken integer := 0;
BEGIN
  history := 0;
  newest := 0;
  -- What a fork copied is older than its room.
  SELECT greatest(CASE WHEN forked_from_room_id IS NULL THEN room ELSE '00000000-0000-0000-0000-000000000000' END, id_floor(ai_context_cutoff_at))
    INTO oldest FROM rooms WHERE id = room;
  FOR estimate IN SELECT m.token_estimate FROM messages m WHERE m.room_id = room AND m.id >= oldest AND m.id < before
    AND (m.visibility = 'public' OR m.visible_to = asker) AND m.type <> 'system' AND m.deleted_at IS NULL AND NOT m.exclude_from_ai
    AND m.status IN ('completed', 'cancelled') ORDER BY m.id DESC LIMIT 2000
  LOOP
    history := history + estimate;
    taken := taken + 1;
    IF taken <= tail THEN
      newest := history;
    END IF;
    EXIT WHEN history >= budget AND taken >= tail;
  END LOOP;
END $$;
-- +goose StatementEnd

-- Present people get what new ones get until they have proved their address.
INSERT INTO accounts (id, user_id, created_at) SELECT id, id, created_at FROM users;
INSERT INTO token_balances (account_id) SELECT id FROM accounts;
-- How much that is, the stage says (run.go).
-- +goose StatementBegin
DO $$
DECLARE
  tokens bigint := coalesce(nullif(current_setting('yoriai.starting_tokens', true), ''), '5000')::bigint;
BEGIN
  IF tokens > 0 THEN
    INSERT INTO token_lots (id, account_id, source, source_key, granted, remaining)
      SELECT gen_random_uuid(), id, 'start', 'unproved:' || id, tokens, tokens FROM accounts;
    INSERT INTO token_transactions (id, account_id, kind, amount, balance_after, source_key, reason)
      SELECT (left(id_floor(clock_timestamp())::text, 14) || '7000-8' || substr(md5(id::text), 1, 3) || '-' || substr(md5(id::text), 4, 12))::uuid,
        id, 'grant', tokens, tokens, 'unproved:' || id, 'migration' FROM accounts; -- of no day's free tokens
    UPDATE token_balances b SET balance = tokens, last_transaction_id = t.id FROM token_transactions t WHERE t.account_id = b.account_id;
  END IF;
END $$;
-- +goose StatementEnd

-- +goose Down
DROP TRIGGER users_have_accounts ON users;
DROP FUNCTION open_account, prompt_size;
DROP INDEX ai_generations_free_failures;
ALTER TABLE ai_generations DROP COLUMN rate_input, DROP COLUMN rate_cached_input, DROP COLUMN rate_output, DROP COLUMN provider_cost_nanousd;
ALTER TABLE rooms DROP COLUMN default_member_cap, DROP COLUMN monthly_budget;
DROP TABLE ledger_proofs, usage_daily, member_usage, token_holds, token_transactions, token_lots, token_balances, accounts;
DROP FUNCTION refuse_change;
