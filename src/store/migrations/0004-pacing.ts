// What was sent lately, as far as the pace of the next message depends on it. Never edited once shipped.
export const PACING = `
CREATE TABLE pacing (
  only        INTEGER PRIMARY KEY CHECK (only = 1),
  due         INTEGER NOT NULL,
  stranger_at INTEGER,
  day         TEXT    NOT NULL,
  sent        INTEGER NOT NULL
) STRICT;
`;
