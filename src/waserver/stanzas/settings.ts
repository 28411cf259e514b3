/** Requests whose answers say little: properties, statistics, and the life of a session. */
import { type Node, node } from '../wire/nodes.js';
import type { Handlers } from './request.js';

/** Also of a client that is not linked. */
export const PINGS: Readonly<Record<string, () => Node[]>> = {
  'w:p get ping': () => [],
  /** Old clients send a ping without a child. */
  'w:p get': () => [],
};

export const SETTINGS: Handlers = {
  ...PINGS,
  'w:stats set add': () => [],
  'urn:xmpp:whatsapp:dirty set clean': () => [],

  /** From now on the device gets what waits for it, and everything at once. */
  'passive set active': ({ device }) => {
    // After the answer, because the page counts what follows it.
    queueMicrotask(() => device.activate());
    return [node('active')];
  },
  'passive set passive': () => [node('passive')],

  'abt get props': () => [node('props', { protocol: '1', hash: 'none', refresh: '86400' }, [])],
};
