// Tombstones: that something was purged, when and how much, without any of it. Never edited once shipped.
export const PURGES = `
CREATE TABLE purges (
  serial INTEGER PRIMARY KEY,
  at     INTEGER NOT NULL,
  by     TEXT    NOT NULL,
  counts TEXT    NOT NULL CHECK (json_valid(counts))
) STRICT;
`;
