-- +goose Up
-- Accounts end: first for a while in which signing in takes it back, then for good. What changed of a person is carried into their
-- rooms one by one.

ALTER TABLE users
  ADD COLUMN erase_after    timestamptz,
  ADD COLUMN erase_messages boolean NOT NULL DEFAULT false,
  -- When the person's name and address went, and whether something of theirs is still to go.
  ADD COLUMN erased_at      timestamptz,
  ADD COLUMN erasing        boolean NOT NULL DEFAULT false,
  ALTER COLUMN email DROP NOT NULL,
  DROP CONSTRAINT users_display_name_check,
  ADD CONSTRAINT users_display_name_check CHECK (length(display_name) <= 64 AND (display_name <> '') = (erased_at IS NULL)),
  ADD CONSTRAINT users_email_there CHECK ((email IS NULL) = (erased_at IS NOT NULL)),
  ADD CONSTRAINT users_erased CHECK ((erased_at IS NULL OR deleted_at IS NOT NULL AND password_hash IS NULL) AND (erased_at IS NOT NULL OR NOT erasing));
CREATE INDEX users_leaving ON users (erase_after) WHERE erase_after IS NOT NULL AND erased_at IS NULL;
CREATE INDEX users_erasing ON users (id) WHERE erasing;

-- The name of an erased account is nobody else's for a while; what it was, nobody can read here.
CREATE TABLE reserved_usernames (
  hash  bytea PRIMARY KEY CHECK (octet_length(hash) = 32),
  until timestamptz NOT NULL
);

-- What of a person not all of their rooms know yet; rooms are told in the order of their ids. Who begins anew raises the version.
CREATE TABLE user_news (
  user_id    uuid PRIMARY KEY REFERENCES users (id),
  version    bigint NOT NULL DEFAULT 1,
  renamed    boolean NOT NULL DEFAULT false,
  told       uuid,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Somebody's words, wherever they or a copy of them stand, room by room.
CREATE INDEX messages_of_sender ON messages (sender_id, room_id, id) WHERE sender_id IS NOT NULL;
-- Names in what rooms say of themselves.
CREATE INDEX messages_note_actor ON messages ((system -> 'Actor' ->> 'ID')) WHERE system IS NOT NULL;
CREATE INDEX messages_note_user ON messages ((system -> 'User' ->> 'ID')) WHERE system IS NOT NULL;

-- What the law wants kept: no purge touches it.
CREATE TABLE legal_holds (
  subject    uuid PRIMARY KEY,
  kind       text NOT NULL CHECK (kind IN ('user', 'room')),
  until      timestamptz,
  reason     text NOT NULL CHECK (char_length(reason) BETWEEN 1 AND 500),
  created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Whether something is held at a moment. A room is also held for each of those who are or were in it.
CREATE FUNCTION user_held(person uuid, at timestamptz) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT FROM legal_holds WHERE subject = person AND kind = 'user' AND (until IS NULL OR until > at))
$$;
CREATE FUNCTION room_held(room uuid, at timestamptz) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT FROM legal_holds WHERE (until IS NULL OR until > at)
    AND (kind = 'room' AND subject = room OR kind = 'user' AND EXISTS (SELECT FROM room_members WHERE room_id = room AND user_id = subject)))
$$;

-- Rooms that were deleted are erased in batches. What was reported stays with its snapshot.
CREATE INDEX rooms_deleted ON rooms (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX jobs_of_room ON jobs (room_id);
CREATE INDEX jobs_ended ON jobs (ended_at) WHERE ended_at IS NOT NULL;
ALTER TABLE reports DROP CONSTRAINT reports_room_id_fkey;

-- +goose Down
DELETE FROM reports r WHERE NOT EXISTS (SELECT FROM rooms WHERE id = r.room_id);
ALTER TABLE reports ADD CONSTRAINT reports_room_id_fkey FOREIGN KEY (room_id) REFERENCES rooms (id);
DROP INDEX rooms_deleted, jobs_of_room, jobs_ended, messages_of_sender, messages_note_actor, messages_note_user, users_leaving, users_erasing;
DROP FUNCTION user_held, room_held;
DROP TABLE legal_holds, user_news, reserved_usernames;
ALTER TABLE users DROP CONSTRAINT users_erased, DROP CONSTRAINT users_email_there, DROP CONSTRAINT users_display_name_check;
UPDATE users SET display_name = username, email = username || '@invalid' WHERE erased_at IS NOT NULL;
ALTER TABLE users
  ADD CONSTRAINT users_display_name_check CHECK (length(display_name) BETWEEN 1 AND 64),
  ALTER COLUMN email SET NOT NULL,
  DROP COLUMN erase_after, DROP COLUMN erase_messages, DROP COLUMN erased_at, DROP COLUMN erasing;
