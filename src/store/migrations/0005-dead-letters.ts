// Events that a webhook gave up (dead letters). Never edited once shipped.
export const DEAD_LETTERS = `
CREATE TABLE dead_letters (
  webhook  TEXT    NOT NULL,
  cursor   INTEGER NOT NULL,
  at       INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  reason   TEXT    NOT NULL,
  event    TEXT    NOT NULL CHECK (json_valid(event)),
  PRIMARY KEY (webhook, cursor)
) STRICT, WITHOUT ROWID;
`;
