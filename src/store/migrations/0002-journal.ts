// Events by cursor, and which messages have been reported. Never edited once shipped.
export const JOURNAL = `
-- AUTOINCREMENT: SQLite keeps the highest cursor there ever was in sqlite_sequence, so none comes twice, even when
-- the newest events are deleted.
CREATE TABLE events (
  cursor INTEGER PRIMARY KEY AUTOINCREMENT,
  type   TEXT    NOT NULL,
  time   INTEGER NOT NULL,
  wid    TEXT,
  data   TEXT    NOT NULL
) STRICT;

-- One row per message that was heard of, by our own key. cursor: its message event, which may be deleted by now;
-- null when only an acknowledgement has come. serial grows with at, so the oldest are a prefix.
CREATE TABLE seen (
  serial     INTEGER PRIMARY KEY,
  key        TEXT    NOT NULL,
  wid        TEXT    NOT NULL,
  message_id TEXT    NOT NULL,
  ack        INTEGER NOT NULL,
  cursor     INTEGER,
  at         INTEGER NOT NULL,
  UNIQUE (key, wid)
) STRICT;
CREATE INDEX seen_message ON seen (message_id);
`;
