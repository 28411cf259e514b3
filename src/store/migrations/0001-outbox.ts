// Outgoing messages, and the account they belong to. Never edited once shipped: a change is a new migration.
export const OUTBOX = `
CREATE TABLE account (
  only      INTEGER PRIMARY KEY CHECK (only = 1),
  wid       TEXT    NOT NULL,
  linked_at INTEGER NOT NULL
) STRICT;

-- seq is the order of acceptance. The states are words. payload comes last: rows are read past it.
CREATE TABLE outbox (
  seq          INTEGER PRIMARY KEY,
  id           TEXT    NOT NULL UNIQUE,
  message_id   TEXT    NOT NULL UNIQUE,
  wid          TEXT    NOT NULL,
  key          TEXT,
  content      TEXT    NOT NULL,
  recipient    TEXT    NOT NULL,
  chat_id      TEXT    NOT NULL,
  kind         TEXT    NOT NULL,
  state        TEXT    NOT NULL,
  ack          INTEGER NOT NULL,
  attempts     INTEGER NOT NULL,
  queued_at    INTEGER NOT NULL,
  not_before   INTEGER NOT NULL,
  expires_at   INTEGER,
  sent_at      INTEGER,
  changed_at   INTEGER NOT NULL,
  error_kind   TEXT,
  error_reason TEXT,
  payload      TEXT    NOT NULL CHECK (json_valid(payload))
) STRICT;
CREATE UNIQUE INDEX outbox_key   ON outbox (key, wid) WHERE key IS NOT NULL;
CREATE        INDEX outbox_chat  ON outbox (chat_id, state);
CREATE        INDEX outbox_state ON outbox (state);
-- for the retention
CREATE        INDEX outbox_settled ON outbox (changed_at) WHERE state NOT IN ('queued', 'sending', 'unknown');
`;
