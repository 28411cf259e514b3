// What WhatsApp currently forbids the account, and how many strangers were written to today. Never edited once shipped.
export const RESTRICTION = `
CREATE TABLE restriction (
  only  INTEGER PRIMARY KEY CHECK (only = 1),
  wid   TEXT    NOT NULL,
  facts TEXT    NOT NULL CHECK (json_valid(facts))
) STRICT;
-- those that were refused for now: what comes later in their lanes waits behind them
CREATE INDEX outbox_held ON outbox (lane) WHERE state = 'queued' AND attempts > 0;
ALTER TABLE pacing ADD COLUMN strangers INTEGER NOT NULL DEFAULT 0;
`;
