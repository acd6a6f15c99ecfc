-- +goose Up
-- People meet: invitations, offers of mastership, groups, blocks, reports, and what moderation takes away.

ALTER TABLE users
  ADD COLUMN suspended_at     timestamptz,
  ADD COLUMN suspended_reason text CHECK (char_length(suspended_reason) BETWEEN 1 AND 500),
  ADD CONSTRAINT users_suspended CHECK ((suspended_at IS NULL) = (suspended_reason IS NULL));
-- Search by the beginning of a name.
CREATE INDEX users_username_prefix ON users (lower(username) text_pattern_ops) WHERE deleted_at IS NULL AND suspended_at IS NULL;

-- A room has at most one offer of mastership, of a member who has not answered yet.
ALTER TABLE rooms
  ADD COLUMN frozen_at     timestamptz,
  ADD COLUMN offered_to    uuid REFERENCES users (id),
  ADD COLUMN offered_until timestamptz,
  ADD CONSTRAINT rooms_offer CHECK ((offered_to IS NULL) = (offered_until IS NULL) AND offered_to <> owner_id);

-- What a room cost in the last days.
CREATE INDEX ai_generations_of_room ON ai_generations (room_id, settled_at);

-- Rows that were deleted before this column have no word of who did it.
ALTER TABLE messages
  ADD COLUMN deleted_by text CHECK (deleted_by IN ('author', 'admin', 'moderation')),
  ADD CONSTRAINT messages_deleted_by CHECK (deleted_by IS NULL OR deleted_at IS NOT NULL);

-- Written only under the room's lock.
CREATE TABLE room_invitations (
  id           uuid PRIMARY KEY,
  room_id      uuid NOT NULL REFERENCES rooms (id),
  kind         text NOT NULL CHECK (kind IN ('user', 'link')),
  role         text NOT NULL CHECK (role IN ('reader', 'guest', 'member', 'admin')),
  invited_by   uuid NOT NULL REFERENCES users (id),
  invited_user uuid REFERENCES users (id),
  token_hash   bytea UNIQUE CHECK (octet_length(token_hash) = 32),
  uses_left    integer CHECK (uses_left >= 0),
  monthly_cap  bigint CHECK (monthly_cap >= 0),
  status       text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'accepted', 'rejected', 'revoked')),
  expires_at   timestamptz NOT NULL,
  created_at   timestamptz NOT NULL DEFAULT now(),
  CHECK ((kind = 'user') = (invited_user IS NOT NULL)),
  CHECK ((kind = 'link') = (token_hash IS NOT NULL)),
  CHECK (kind = 'link' OR uses_left IS NULL AND monthly_cap IS NULL),
  CHECK (invited_user <> invited_by)
);
CREATE UNIQUE INDEX room_invitations_one_pending ON room_invitations (room_id, invited_user) WHERE status = 'pending';
CREATE INDEX room_invitations_of_room ON room_invitations (room_id, id) WHERE status = 'pending';
CREATE INDEX room_invitations_of_user ON room_invitations (invited_user, id) WHERE status = 'pending';

CREATE TABLE groups (
  id         uuid PRIMARY KEY,
  owner_id   uuid NOT NULL REFERENCES users (id),
  name       text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX groups_of_owner ON groups (owner_id, id);

CREATE TABLE group_members (
  group_id uuid NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
  user_id  uuid NOT NULL REFERENCES users (id),
  added_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (group_id, user_id)
);
CREATE INDEX group_members_of_user ON group_members (user_id);

CREATE TABLE user_blocks (
  user_id    uuid NOT NULL REFERENCES users (id),
  blocked_id uuid NOT NULL REFERENCES users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (user_id, blocked_id),
  CHECK (user_id <> blocked_id)
);

-- No foreign key to messages: what was reported is kept in the snapshot, whatever becomes of the row.
CREATE TABLE reports (
  id          uuid PRIMARY KEY,
  room_id     uuid NOT NULL REFERENCES rooms (id),
  message_id  uuid NOT NULL,
  reporter_id uuid NOT NULL REFERENCES users (id),
  reason      text NOT NULL CHECK (reason IN ('spam', 'harassment', 'violence', 'sexual', 'self_harm', 'other')),
  note        text NOT NULL DEFAULT '' CHECK (char_length(note) <= 1000),
  snapshot    jsonb NOT NULL,
  resolution  text CHECK (resolution IN ('dismissed', 'acted')),
  resolved_by uuid REFERENCES users (id),
  resolved_at timestamptz,
  created_at  timestamptz NOT NULL DEFAULT now(),
  UNIQUE (message_id, reporter_id),
  CHECK ((resolution IS NULL) = (resolved_at IS NULL) AND (resolution IS NULL) = (resolved_by IS NULL))
);
CREATE INDEX reports_of_room ON reports (room_id, id);

-- +goose Down
DROP TABLE reports, user_blocks, group_members, groups, room_invitations;
ALTER TABLE messages DROP COLUMN deleted_by;
ALTER TABLE rooms DROP COLUMN frozen_at, DROP COLUMN offered_to, DROP COLUMN offered_until;
DROP INDEX users_username_prefix, ai_generations_of_room;
ALTER TABLE users DROP COLUMN suspended_at, DROP COLUMN suspended_reason;
