// How far each named consumer of events has come. Never edited once shipped.
export const CONSUMERS = `
CREATE TABLE consumers (
  name   TEXT    PRIMARY KEY,
  cursor INTEGER NOT NULL,
  at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`;
