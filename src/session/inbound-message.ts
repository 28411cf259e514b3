// A message as a client reports it. Who is named in it, with both identities, is added by the daemon.
import type { Message, Named } from '../protocol/schema.js';

export type InboundMessage = Omit<Message, keyof Named>;
