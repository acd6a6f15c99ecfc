-- +goose Up
-- What is paid for tokens: customers, payments, subscriptions and disputes, as the payment provider last told of them. All of an
-- account's rows stand behind the lock of its balance.

-- What was to be taken back and could not be: whatever comes repays it first.
ALTER TABLE token_balances ADD COLUMN owed bigint NOT NULL DEFAULT 0 CHECK (owed >= 0);
CREATE INDEX token_lots_of_payment ON token_lots (payment) WHERE payment IS NOT NULL;

CREATE TABLE payment_customers (
  account_id uuid NOT NULL REFERENCES accounts (id),
  rail       text NOT NULL CHECK (rail IN ('stripe', 'app_store', 'google_play')),
  customer   text NOT NULL,
  PRIMARY KEY (account_id, rail),
  UNIQUE (rail, customer)
);

CREATE TABLE payment_history (
  id                uuid PRIMARY KEY,
  account_id        uuid NOT NULL REFERENCES accounts (id),
  rail              text NOT NULL CHECK (rail IN ('stripe', 'app_store', 'google_play')),
  reference         text NOT NULL,
  -- Empty as long as only a refund was told of.
  kind              text NOT NULL CHECK (kind IN ('', 'pack', 'plan')),
  offer             text NOT NULL,
  subscription      text NOT NULL,
  status            text NOT NULL CHECK (status IN ('pending', 'paid', 'failed')),
  amount            bigint NOT NULL CHECK (amount >= 0),
  currency          text NOT NULL,
  receipt           text NOT NULL,
  granted           bigint NOT NULL CHECK (granted >= 0),
  expires_at        timestamptz,
  taken             bigint NOT NULL CHECK (taken BETWEEN 0 AND granted),
  turns             integer NOT NULL,
  refunded          bigint NOT NULL CHECK (refunded >= 0),
  refund_owed       boolean NOT NULL,
  created_at        timestamptz NOT NULL,
  fetched_at        timestamptz,
  refund_fetched_at timestamptz,
  UNIQUE (rail, reference)
);
CREATE INDEX payment_history_of_account ON payment_history (account_id, id);

CREATE TABLE subscriptions (
  rail       text NOT NULL CHECK (rail IN ('stripe', 'app_store', 'google_play')),
  reference  text NOT NULL,
  account_id uuid NOT NULL REFERENCES accounts (id),
  offer      text NOT NULL,
  live       boolean NOT NULL,
  status     text NOT NULL,
  cancels    boolean NOT NULL,
  period_end timestamptz,
  surplus    boolean NOT NULL,
  created_at timestamptz NOT NULL,
  fetched_at timestamptz NOT NULL,
  PRIMARY KEY (rail, reference)
);
CREATE INDEX subscriptions_of_account ON subscriptions (account_id);

CREATE TABLE payment_disputes (
  rail       text NOT NULL CHECK (rail IN ('stripe', 'app_store', 'google_play')),
  reference  text NOT NULL,
  account_id uuid NOT NULL REFERENCES accounts (id),
  payment    text NOT NULL,
  open       boolean NOT NULL,
  withdrawn  boolean NOT NULL,
  fetched_at timestamptz NOT NULL,
  PRIMARY KEY (rail, reference)
);
CREATE INDEX payment_disputes_of_account ON payment_disputes (account_id);

-- +goose Down
DROP TABLE payment_disputes, subscriptions, payment_history, payment_customers;
DROP INDEX token_lots_of_payment;
ALTER TABLE token_balances DROP COLUMN owed;
