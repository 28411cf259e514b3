/** Requests whose answers say little: properties, privacy, block list, pictures, statistics, and the life of a session. */
import { children, type Node, node } from '../wire/nodes.js';
import { type Handlers, Refusal } from './request.js';

/** Every category at its most open value (WAWebQueryPrivacySettingsJob). */
const PRIVACY: Readonly<Record<string, string>> = {
  readreceipts: 'all',
  profile: 'all',
  status: 'all',
  online: 'all',
  last: 'all',
  groupadd: 'all',
  calladd: 'all',
  messages: 'all',
};

/** What GraphQL answers where nothing is known, so that nobody waits. */
const NOT_KNOWN = JSON.stringify({
  data: null,
  errors: [
    {
      message: 'not known here',
      extensions: { error_code: 404, severity: 'ERROR', is_retryable: false },
    },
  ],
});

export const SETTINGS: Handlers = {
  'w:p get ping': () => [],
  /** Old clients send a ping without a child. */
  'w:p get': () => [],
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
  'privacy get privacy': () => [
    node(
      'privacy',
      {},
      Object.entries(PRIVACY).map(([name, value]) => node('category', { name, value })),
    ),
  ],
  'privacy set privacy': (_asker, part) => [node('privacy', {}, children(part, 'category'))],
  'privacy set tokens': () => [],
  'disappearing_mode get': () => [node('disappearing_mode', { duration: '0', t: '0' })],
  'disappearing_mode set disappearing_mode': () => [],
  'blocklist get': () => [node('list', { dhash: 'none' }, [])],
  'w:profile:picture get picture': () => new Refusal(404, 'item-not-found'),
  'status get status': (): Node[] => [node('status', { t: '0' })],
  'w:mex get query': () => [node('result', {}, Buffer.from(NOT_KNOWN))],
};
