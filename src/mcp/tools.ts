// Which methods a model may use, as tools of the Model Context Protocol: read off the table of methods. Everything that
// only reads is one, save what is withheld here, with the reason; of what writes, sending alone, where it is allowed.
import { z } from 'zod';
import type { MethodRow } from '../protocol/method.js';
import { METHODS, type MethodName } from '../protocol/methods/index.js';

/** Reads that are no tools. */
export const WITHHELD: Readonly<Partial<Record<MethodName, string>>> = {
  'session.qr': 'whoever has the code can link the account',
  'session.passkey': 'what WhatsApp asks the passkey is for its owner',
  'daemon.report': 'it is for people to read before they give it away',
  'events.subscribe': 'a subscription is for a connection that listens',
  'events.unsubscribe': 'a subscription is for a connection that listens',
  'media.read': 'pieces of a file mean nothing to a model',
  'media.fetch': 'a file that was fetched could not be read',
  'rpc.discover': 'the list of tools says the same',
};

export const SEND: MethodName = 'message.send';

export interface Tool {
  readonly name: string;
  readonly method: MethodRow;
  readonly description: string;
  readonly inputSchema: { readonly type: 'object'; readonly [key: string]: unknown };
  readonly annotations: { readonly readOnlyHint: boolean; readonly openWorldHint: boolean };
}

/** Names of tools have no dots. */
export const toolName = (method: string): string => method.replace('.', '_');

/** @param recipients who may be sent to; nobody when it is empty, and then there is no tool for sending */
export function toolsFor(recipients: readonly string[]): Tool[] {
  const rows: readonly MethodRow[] = Object.values(METHODS);
  return rows
    .filter(({ name, effect }) =>
      name === SEND ? recipients.length > 0 : effect === 'reads' && !Object.hasOwn(WITHHELD, name),
    )
    .map((method) => {
      const { $schema: _, ...schema } = z.toJSONSchema(method.params, { io: 'input', target: 'draft-7' });
      return {
        name: toolName(method.name),
        method,
        description:
          method.name === SEND
            ? `${method.does} Only to: ${recipients.join(', ')}. Give a key of its own to each message, so that trying again sends it once.`
            : method.does,
        inputSchema: { ...schema, type: 'object' },
        annotations: { readOnlyHint: method.effect === 'reads', openWorldHint: method.name === SEND },
      };
    });
}
