// The logger of a room: it takes an event's name and its fields. Only the daemon knows pino. Types only.

/** `fields` hold no message text, phone number or secret; an error goes in as `err`. */
type Line = (event: string, fields?: Readonly<Record<string, unknown>>) => void;

/** A line at `error` means that a person should act. */
export interface Log {
  readonly debug: Line;
  readonly info: Line;
  readonly warn: Line;
  readonly error: Line;
}
