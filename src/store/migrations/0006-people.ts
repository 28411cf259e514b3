// Which number and which LID are the same person, and the one queue of each person. Never edited once shipped.
export const PEOPLE = `
-- A number has one LID at a time, and a LID one number: the newer word holds.
CREATE TABLE person (
  lid    TEXT PRIMARY KEY,
  number TEXT NOT NULL UNIQUE
) STRICT, WITHOUT ROWID;

-- lane: whose queue it stands in, by the number where that is known. It comes before payload, which is last.
CREATE TABLE outbox_next (
  seq          INTEGER PRIMARY KEY,
  id           TEXT    NOT NULL UNIQUE,
  message_id   TEXT    NOT NULL UNIQUE,
  wid          TEXT    NOT NULL,
  key          TEXT,
  content      TEXT    NOT NULL,
  recipient    TEXT    NOT NULL,
  chat_id      TEXT    NOT NULL,
  lane         TEXT    NOT NULL,
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
INSERT INTO outbox_next
  SELECT seq, id, message_id, wid, key, content, recipient, chat_id, chat_id, kind, state, ack, attempts, queued_at,
         not_before, expires_at, sent_at, changed_at, error_kind, error_reason, payload
  FROM outbox;
DROP TABLE outbox;
ALTER TABLE outbox_next RENAME TO outbox;
CREATE UNIQUE INDEX outbox_key   ON outbox (key, wid) WHERE key IS NOT NULL;
CREATE        INDEX outbox_lane  ON outbox (lane, state);
CREATE        INDEX outbox_state ON outbox (state);
CREATE        INDEX outbox_settled ON outbox (changed_at) WHERE state NOT IN ('queued', 'sending', 'unknown');
`;
