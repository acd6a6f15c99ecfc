-- Who people are, and the sessions they are signed in with.

-- +goose Up
CREATE TABLE users (
    id                 uuid        PRIMARY KEY,
    username           text        NOT NULL CHECK (username ~ '^[a-z0-9_-]{3,32}$'),
    -- Without a verification an e-mail address is a claim: several accounts may claim one, so that registering never tells
    -- whether somebody else did (docs/adr/0006). Only one may prove it.
    email              text        NOT NULL CHECK (length(email) BETWEEN 3 AND 254),
    email_verified_at  timestamptz,
    password_hash      text,
    kratos_identity_id uuid        UNIQUE,
    display_name       text        NOT NULL CHECK (length(display_name) BETWEEN 1 AND 64),
    locale             text        NOT NULL DEFAULT 'ja' CHECK (locale IN ('ja', 'en')),
    is_admin           boolean     NOT NULL DEFAULT false,
    created_at         timestamptz NOT NULL DEFAULT now(),
    deleted_at         timestamptz
);
CREATE UNIQUE INDEX users_username_key ON users (lower(username));
CREATE UNIQUE INDEX users_verified_email_key ON users (lower(email)) WHERE email_verified_at IS NOT NULL;
CREATE INDEX users_email_idx ON users (lower(email));

CREATE TABLE sessions (
    id         uuid        PRIMARY KEY,
    user_id    uuid        NOT NULL REFERENCES users (id),
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL CHECK (expires_at > created_at),
    revoked_at timestamptz
);
CREATE INDEX sessions_user_idx ON sessions (user_id);
CREATE INDEX sessions_expiry_idx ON sessions (expires_at);

-- The refresh tokens of a session are one family. `depth` counts the rotations before a token; siblings share it.
CREATE TABLE refresh_tokens (
    id         uuid        PRIMARY KEY,
    session_id uuid        NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    parent_id  uuid        REFERENCES refresh_tokens (id) ON DELETE SET NULL,
    hash       bytea       NOT NULL UNIQUE CHECK (length(hash) = 32),
    depth      integer     NOT NULL CHECK (depth >= 0),
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    used_at    timestamptz,
    revoked_at timestamptz,
    CHECK (depth > 0 OR parent_id IS NULL)
);
CREATE INDEX refresh_tokens_session_idx ON refresh_tokens (session_id, depth);
CREATE INDEX refresh_tokens_parent_idx ON refresh_tokens (parent_id);
CREATE INDEX refresh_tokens_expiry_idx ON refresh_tokens (expires_at);

-- +goose Down
DROP TABLE refresh_tokens, sessions, users;
