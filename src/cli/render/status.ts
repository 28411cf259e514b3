// Prints `session.status` on one screen.
import { type Address, addressed } from '../../protocol/address.js';
import { isWorking, stateOfWord } from '../../protocol/capability.js';
import type { Status } from '../../protocol/methods/session.js';
import { PROXY_CAUSE_WORDS } from '../../protocol/proxy.js';
import { REASON_WORDS } from '../../protocol/reason-words.js';
import type { StateName } from '../../protocol/state.js';
import { bold, green, type Paint, printable, red, yellow } from '../output.js';
import { duration } from './duration.js';
import { phone } from './phone.js';
import { when } from './time.js';

const PAINTS: Readonly<Record<StateName, Paint>> = {
  stopped: bold,
  starting: yellow,
  linking: yellow,
  syncing: yellow,
  ready: green,
  reconnecting: yellow,
  'logging-out': yellow,
  failed: red,
  hibernating: green,
};

/** Milliseconds between two instants of the daemon's own clock. */
const between = (from: string, to: string): number => Date.parse(to) - Date.parse(from);

function headline(s: Status): string {
  const why = REASON_WORDS[s.reason] ?? s.reason;
  const paint = PAINTS[s.status] ?? bold;
  return `${paint(s.status)} since ${duration(between(s.since, s.timestamp))}${why && `: ${why}`}`;
}

function linked({ session, status }: Status): string {
  if (session.phone === null) {
    return session.hasSession ? 'a saved session is there' : status === 'ready' ? 'yes' : 'no';
  }
  const who = [phone(session.phone), session.pushname].filter(Boolean).join('  ');
  const seen = session.connected ? '' : ', not connected';
  return `${printable(who)}${session.platform ? ` (${printable(session.platform)})` : ''}${seen}`;
}

function attempts(s: Status): string {
  const next = s.nextAttemptAt === null ? '' : `, next in ${duration(between(s.timestamp, s.nextAttemptAt))}`;
  if (s.status === 'hibernating')
    return `wakes for a message or a request${next.replace('next', 'at the latest')}`;
  return `${s.reconnectAttempts} of ${s.maxReconnectAttempts} to reconnect${next}`;
}

function browser({ versions }: Status): string {
  const [, name, major] = /^(?:Headless)?(\w+)\/(\d+)/.exec(versions.browser ?? '') ?? [];
  return [
    name ? `${name} ${major}` : (versions.browser ?? 'none running'),
    versions.whatsappWeb && `WhatsApp Web ${versions.whatsappWeb}`,
    `whatsapp-web.js ${versions.whatsappWebJs}`,
  ]
    .filter((part): part is string => Boolean(part))
    .map(printable)
    .join(' · ');
}

function monitor(s: Status): string {
  const { lastCheckAt, lastOkAt, failures } = s.monitor;
  if (!s.monitorActive) return 'not running';
  if (lastCheckAt === null) return 'no check yet';
  const ago = (at: string) => `${duration(between(at, s.timestamp))} ago`;
  const found =
    failures === 0
      ? 'fine'
      : `failed ${failures} in a row, ${lastOkAt ? `last passed ${ago(lastOkAt)}` : 'never passed'}`;
  return `last check ${ago(lastCheckAt)}: ${found}`;
}

/** The restriction by WhatsApp, and its end. */
function restriction({ kind, until, used, total }: NonNullable<Status['restriction']>): string {
  const end = until === null ? '' : ` until ${when(until)}`;
  const count = used === null || total === null ? '' : `${used} of ${total} used`;
  switch (kind) {
    case 'ban':
      return red(`banned${end}`);
    case 'time_lock':
      return red(`does not let this account start new chats${end}; other messages go out`);
    case 'new_chat_cap':
      return red(`new chats are used up${count && ` (${count})`}${end}; other messages go out`);
    case 'quota_low':
      return yellow(`new chats are running out: ${count}${end}`);
    case 'quota':
      return `new chats: ${count}${end}`;
  }
}

function proxy({ address, ok, cause }: NonNullable<Status['proxy']>): string {
  const named = printable(address);
  if (cause !== null) return red(`${named} ${PROXY_CAUSE_WORDS[cause] ?? cause}`);
  return ok ? named : `${named}, not tried yet`;
}

/** One screen: the headline, the next step, and details in order of importance. */
export function renderStatus(s: Status, address: Address): string {
  const limits = Object.entries(s.capabilities).filter(([, word]) => !isWorking(stateOfWord(word)));
  const rows: (readonly [string, string])[] = [
    ...(s.isShuttingDown ? [['stop', 'the daemon is shutting down'] as const] : []),
    ...(s.hint === null ? [] : [['next', bold(printable(addressed(s.hint, address)))] as const]),
    ...(s.waitsFor == null
      ? []
      : [['waits', 'for its turn: other accounts of this machine are starting'] as const]),
    ['linked', linked(s)],
    ...(s.reconnectAttempts > 0 || s.nextAttemptAt !== null || s.status === 'hibernating'
      ? [[s.status === 'hibernating' ? 'wakes' : 'attempt', attempts(s)] as const]
      : []),
    ['browser', browser(s)],
    ...(s.proxy == null ? [] : [['proxy', proxy(s.proxy)] as const]),
    ...(s.restriction == null ? [] : [['whatsapp', restriction(s.restriction)] as const]),
    ...limits.map(([name, word]) => ['limits', printable(`${name} ${word}`)] as const),
    ['queue', `${s.outbox.queued} waiting, ${s.outbox.unknown} unknown, ${s.outbox.failed} failed`],
    ['monitor', monitor(s)],
  ];
  return [`${bold(s.account)}  ${headline(s)}`, ...rows.map(([k, v]) => `  ${k.padEnd(7)}  ${v}`), ''].join(
    '\n',
  );
}
