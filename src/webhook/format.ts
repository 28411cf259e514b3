// The interface of a format of webhook requests, and our own format. Others imitate programs whose receivers are kept.
import type { WireEvent } from '../protocol/events/index.js';

/** The data of an event, or of a message as its event reported it. */
export type Data = Readonly<Record<string, unknown>>;

/** The account of the event, and lookups for data that the event lacks. */
export interface FormatContext {
  readonly account: string;
  readonly version: string;
  /** The linked account, if known. */
  readonly me: { readonly id: string; readonly pushname: string | null } | null;
  /** The data of a message event, by our key; null when there was none, or it has been deleted. */
  message(key: string): Data | null;
  /** True when this daemon sent the message, false for another device of the account. */
  isSentHere(messageId: string): boolean;
}

export interface Format {
  /** The request bodies for an event, in order; empty for an event that this format lacks. */
  bodies(event: WireEvent, context: FormatContext): readonly object[];
  /** The request body of a test. */
  test(at: Date, context: FormatContext): object;
  /** Headers in addition to those of Standard Webhooks. */
  headers(body: string, secret: string, id: string, at: Date): Readonly<Record<string, string>>;
}

/** Our own format: the event as in the journal. */
export const WAD: Format = {
  bodies: (event) => [event],
  test: (at, { account }) => ({
    cursor: 0,
    type: 'webhook.test',
    time: at.toISOString(),
    account,
    data: { says: 'This is a test.' },
  }),
  headers: () => ({}),
};
