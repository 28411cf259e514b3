/** What the server does with each stanza of a linked device: one table of requests, one of everything else. */
import { children, type Node } from '../wire/nodes.js';
import type { Stream } from '../world/device.js';
import { CHANNELS, parseJid } from '../world/jid.js';
import { APP_STATE } from './app-state.js';
import { handleCall } from './calls.js';
import { CHANNEL_REQUESTS, handleChannelMessage } from './channel-posts.js';
import { COMMUNITY_REQUESTS } from './communities.js';
import { DEVICES } from './devices.js';
import { GRAPHQL } from './graphql.js';
import { GROUP_REQUESTS } from './groups.js';
import { KEYS } from './keys.js';
import { MEDIA } from './media.js';
import { handleMessage } from './messages.js';
import { handleChatstate, handlePresence } from './presence.js';
import { PRIVACY_REQUESTS } from './privacy.js';
import { PROFILES } from './profiles.js';
import { handleReceipt } from './receipts.js';
import { type Asker, answerTo, type Handlers, Refusal } from './request.js';
import { PINGS, SETTINGS } from './settings.js';
import { USYNC } from './usync.js';

const REQUESTS: Handlers = {
  ...SETTINGS,
  ...DEVICES,
  ...KEYS,
  ...USYNC,
  ...GROUP_REQUESTS,
  ...COMMUNITY_REQUESTS,
  ...MEDIA,
  ...APP_STATE,
  ...PROFILES,
  ...GRAPHQL,
  ...CHANNEL_REQUESTS,
  ...PRIVACY_REQUESTS,
};

/** By tag. Those that do nothing are heard of and forgotten. */
const STANZAS: Readonly<Record<string, (asker: Asker, stanza: Node) => void>> = {
  message: (asker, stanza) =>
    parseJid(stanza.attrs.to ?? '').server === CHANNELS
      ? handleChannelMessage(asker, stanza)
      : handleMessage(asker, stanza),
  receipt: handleReceipt,
  ack: ({ device }, stanza) => device.acknowledge(stanza),
  presence: handlePresence,
  chatstate: handleChatstate,
  call: handleCall,
  ib: () => {},
};

const isAnswer = ({ attrs: { type } }: Node): boolean => type === 'result' || type === 'error';

function nameOf(iq: Node): string {
  const { xmlns = '', type = '' } = iq.attrs;
  const [part] = children(iq);
  return [xmlns, type, ...(part === undefined ? [] : [part.tag])].join(' ');
}

/**
 * @returns the name of what is not known here, as `tag` or `xmlns type child`. A request gets an error in this case, so
 *   that its sender does not wait.
 */
export function handle(asker: Asker, stanza: Node): string | undefined {
  if (stanza.tag !== 'iq') {
    const row = STANZAS[stanza.tag];
    row?.(asker, stanza);
    return row === undefined ? stanza.tag : undefined;
  }
  // An answer to a request of ours, of which none is waited for.
  if (isAnswer(stanza)) return undefined;
  const [part] = children(stanza);
  const name = nameOf(stanza);
  const handler = REQUESTS[name];
  const answer = handler?.(asker, part ?? stanza, stanza) ?? new Refusal(501, 'feature-not-implemented');
  // Also to a device that has not asked for what waits.
  asker.device.stream?.send(answerTo(stanza, answer));
  return handler === undefined ? name : undefined;
}

/**
 * The same for a stanza of a client that is not linked, which does not belong to its linking. Such clients send pings, and
 * Baileys ends a connection on which nobody answers them.
 */
export function handleUnlinked(stream: Stream, stanza: Node): string | undefined {
  // Baileys sends a presence before it is linked.
  if (stanza.tag !== 'iq') return Object.hasOwn(STANZAS, stanza.tag) ? undefined : stanza.tag;
  if (isAnswer(stanza)) return undefined;
  const name = nameOf(stanza);
  const answer = PINGS[name]?.();
  stream.send(answerTo(stanza, answer ?? new Refusal(501, 'feature-not-implemented')));
  return answer === undefined ? name : undefined;
}
