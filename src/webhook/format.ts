// The formats of webhook requests: ours, and those of other programs whose receivers are kept. Pure.
import type { WireEvent } from '../protocol/events/index.js';

/** The data of an event, or of a message as its event reported it. */
export type Data = Readonly<Record<string, unknown>>;

/** The account that the event is about, and what is known in addition to the event. */
export interface FormatContext {
  readonly account: string;
  readonly version: string;
  /** The account that is linked, as far as it is known. */
  readonly me: { readonly id: string; readonly pushname: string | null } | null;
  /** By our key; null when it had no event, or that is not kept any more. */
  message(key: string): Data | null;
  /** Whether this daemon sent it, and no other device of the account. */
  isSentHere(messageId: string): boolean;
}

export interface Format {
  /** The posts for an event, in order; none for an event that this format does not have. */
  bodies(event: WireEvent, context: FormatContext): readonly object[];
  /** What says that this is only a test. */
  test(at: Date, context: FormatContext): object;
  /** Besides the headers of Standard Webhooks. */
  headers(body: string, secret: string, id: string, at: Date): Readonly<Record<string, string>>;
}

/** An event as the journal has it. */
export const WAD: Format = {
  bodies: (event) => [event],
  test: (at, { account }) => ({
    ...{ cursor: 0, type: 'webhook.test', time: at.toISOString(), account },
    data: { says: 'This is a test.' },
  }),
  headers: () => ({}),
};
