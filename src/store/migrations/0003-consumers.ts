// The cursor of each named consumer of events. Never edited once shipped.
export const CONSUMERS = `
CREATE TABLE consumers (
  name   TEXT    PRIMARY KEY,
  cursor INTEGER NOT NULL,
  at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`;
