// A message as a client reports it. The daemon adds both identities of the people that it names.
import type { Message, Named } from '../protocol/schema.js';

export type InboundMessage = Omit<Message, keyof Named>;
