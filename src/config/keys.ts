// The table of configuration keys: names, kinds, units, defaults, docs, environment names and flags. The type Config,
// the validation, `wad --check-config` and docs/config.md are derived from it.
import { availableParallelism } from 'node:os';
import { LOG_LEVELS } from '../protocol/methods/daemon.js';
import { WEBHOOK_FORMATS } from '../protocol/methods/webhook.js';
import { EVENT_TYPES } from '../protocol/state.js';
import { AGENT_KEYS } from './agent-keys.js';
import { browserArgs } from './browser-args.js';
import { CALL_KEYS } from './call-keys.js';
import { FLEET_KEYS } from './fleet-keys.js';
import { GATEWAY_KEYS } from './gateway-keys.js';
import { listening } from './listen.js';
import { mediaRules } from './media-rule.js';
import { PROXY_KEYS } from './proxy-keys.js';
import {
  choice,
  count,
  type KeyRow,
  key,
  minutes,
  ms,
  msList,
  path,
  pathOrFound,
  text,
  webAddress,
  words,
  yesNo,
} from './row.js';
import { TRANSCRIBE_KEYS } from './transcribe-keys.js';

const DAY = 86_400_000;

export const KEYS = {
  autoInitialize: key(yesNo(), {
    default: true,
    flag: { name: 'no-auto-init', value: null, does: 'do not connect at the start, wait for `wactl init`' },
    doc: 'Connect when the daemon starts. When false, nothing happens until `wactl init`.',
  }),
  afterLogout: key(choice(['link', 'stop']), {
    default: 'link',
    doc: 'After a logout by the phone or a refused session: show a fresh QR code ("link"), or wait for a person ("stop").',
  }),
  session: {
    dataPath: key(path(), {
      default: ({ stateDir }) => `${stateDir}/auth`,
      defaultSays: 'auth/ in the state directory',
      flag: { name: 'data-path', value: 'DIR', does: 'the folder that holds the session' },
      doc: 'The folder that holds the session, as LocalAuth lays it out. Relative to the working directory, so that an existing ./.wwebjs_auth is used in place.',
    }),
    clientId: key(text(/^[-_A-Za-z0-9]{1,64}$/, 'letters, digits, "_" and "-"'), {
      default: ({ account }) => account,
      defaultSays: 'the account',
      flag: {
        name: 'client-id',
        value: 'ID',
        does: 'the session lives in session-ID below the data path (default: the account)',
      },
      doc: 'The session lives in `session-ID` below dataPath.',
    }),
  },
  browser: {
    path: key(pathOrFound(), {
      default: null,
      defaultSays: 'found: chromium, google-chrome, Chrome for Testing',
      flag: { name: 'browser', value: 'PATH', does: 'the browser, or a script that execs one' },
      doc: 'The browser, or a script that ends in `exec` of one. A bare name is looked up in PATH. `chromium-headless-shell` takes half the memory, and a page can tell it from a browser with windows.',
    }),
    sandbox: key(yesNo(), {
      default: true,
      flag: {
        name: 'no-sandbox',
        value: null,
        does: "run without Chromium's sandbox; the only way to run as root",
      },
      doc: "Chromium's own sandbox. Without it a page that breaks out owns the account; the only way to run as root.",
    }),
    headed: key(yesNo(), {
      default: false,
      flag: { name: 'headed', value: null, does: 'show the browser' },
      doc: 'Show a window; needs a display.',
    }),
    memoryLimitMb: key(count(0, 1_000_000, 'MB'), {
      default: 2_000,
      doc: 'A browser that takes more memory, or more than 0.8 of the limit of its control group, is replaced when the account is quiet; 0 is no limit.',
    }),
    recycleHours: key(count(0, 10_000, 'h'), {
      default: 72,
      doc: 'A browser that has run for longer is replaced when the account is quiet; 0 is never.',
    }),
    parallelStarts: key(count(0, 10_000), {
      default: () => availableParallelism(),
      defaultSays: 'the number of cores',
      doc: 'The most accounts of this machine and user that start at the same time; the others wait for their turn. 0 is no limit.',
    }),
    minFreeMemoryMb: key(count(0, 1_000_000, 'MB'), {
      default: 300,
      doc: 'With less memory available to the machine or to the control group, no browser is started; the daemon tries again as after a failed start. 0 is no limit.',
    }),
    args: key(browserArgs(), {
      default: [],
      doc: 'More arguments for Chromium. One that is not in the list below can be given by a script that ends in `exec chromium "$@" …`, named in `path`.',
    }),
  },
  proxy: PROXY_KEYS,
  reconnect: {
    delaysMs: key(msList(0, DAY), {
      default: [5_000, 10_000, 15_000, 20_000, 25_000],
      doc: 'The wait before each attempt after a connection loss; the last one is used again when there are more attempts.',
    }),
    capMs: key(ms(0, DAY), { default: 30_000, doc: 'No wait is longer than this.' }),
    maxAttempts: key(count(1, 1_000), {
      default: 5,
      doc: 'After this many failed attempts the state is failed, and the slow retry begins.',
    }),
    graceMs: key(ms(0, DAY), {
      default: 60_000,
      doc: 'How long a page that had been connected may reconnect by itself when only the network is gone.',
    }),
    slowRetryMs: key(ms(0, DAY), {
      default: 300_000,
      doc: 'The time between attempts once the fast ones are used up; 0 waits for a person.',
    }),
  },
  hibernate: {
    afterMinutes: key(minutes(100_000), {
      default: 0,
      doc: 'An account without sends, incoming messages and requests for this long closes its browser and keeps its link, until it is needed; 0: never. Not below 2 in production: what came in during a sleep is read for the last time a minute after the waking.',
    }),
    wakeMinutes: key(minutes(10_080), {
      default: 60,
      doc: 'How often a hibernating account wakes to fetch what came in; 0: only when it is needed, so that messages arrive only then.',
    }),
  },
  monitor: {
    periodMs: key(ms(100, 3_600_000), {
      default: 15_000,
      doc: 'How often the health of the page is checked.',
    }),
    probeTimeoutMs: key(ms(100, 60_000), { default: 8_000, doc: 'A check that takes longer has failed.' }),
    failuresToAct: key(count(1, 100), {
      default: 2,
      doc: 'The number of failed checks in a row after which the daemon acts.',
    }),
  },
  deadlines: {
    startMs: key(ms(1_000, 600_000), {
      default: 90_000,
      doc: 'From the launch of the browser until its page has answered.',
    }),
    loadMs: key(ms(1_000, 600_000), {
      default: 20_000,
      doc: 'For one load of the page when the network refuses or resets it.',
    }),
    syncMs: key(ms(1_000, 3_600_000), { default: 90_000, doc: 'From authenticated until ready.' }),
  },
  shutdown: {
    onTerm: key(choice(['auto', 'logout', 'keep']), {
      default: 'auto',
      doc: 'What SIGTERM does to the link: "auto" unlinks on an explicit `systemctl stop` only, "logout" always, "keep" never.',
    }),
    wakeMs: key(ms(0, 300_000), {
      default: 30_000,
      doc: 'How long a stop that unlinks waits for a hibernating account, which it wakes because only its page can unlink it; then the session is kept.',
    }),
    drainMs: key(ms(0, 60_000), { default: 10_000, doc: 'How long a stop waits for sends in flight.' }),
    logoutMs: key(ms(0, 60_000), { default: 10_000, doc: 'How long a stop waits for the logout.' }),
  },
  presence: {
    online: key(yesNo(), {
      default: false,
      doc: 'Whether the account appears online to others while it is ready. According to reports, the phone shows no notifications of messages meanwhile.',
    }),
    sendMarksRead: key(yesNo(), {
      default: false,
      doc: 'Whether a message that is sent marks its chat as read, as it does on the screen of a person. `chat.markRead` does so in any case.',
    }),
  },
  statuses: {
    readAfterMs: key(ms(0, DAY), {
      default: 600_000,
      doc: 'How long after linking `status.list`, `status.get` and `status.see` are refused: by reports, reading statuses in the first minutes ends the link of some accounts.',
    }),
  },
  pacing: {
    mode: key(choice(['on', 'off']), {
      default: 'on',
      doc: 'Whether messages go out at the pace of a person; "off" sends as fast as WhatsApp takes them, and may cost the account.',
    }),
    perMinute: key(count(1, 6_000), {
      default: 60,
      doc: 'How many messages a minute go out on average, at uneven intervals.',
    }),
    burst: key(count(1, 1_000), {
      default: 5,
      doc: 'The number of messages that are sent without a wait after a quiet time.',
    }),
    strangerGapMs: key(ms(0, DAY), {
      default: 20_000,
      doc: 'The time between two first messages to somebody with whom there was no chat yet.',
    }),
    dailyCap: key(count(0, 1_000_000), {
      default: 0,
      doc: 'No more messages than this go out on one day of local time; 0 is no limit.',
    }),
    strangersPerDay: key(count(0, 1_000_000), {
      default: 50,
      doc: 'The most people without an earlier chat who are written to on one day of local time; 0 is no limit. WhatsApp publishes no number. It restricts accounts that write first to many people; where it shows a quota, it counts by the month. The default is our own choice, below the numbers in reports of restricted accounts.',
    }),
    quietHours: key(
      text(
        /^$|^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$/,
        'two times of day such as "22:00-07:00", or ""',
      ),
      { default: '', defaultSays: 'none', doc: 'Nothing is sent between these times, local time.' },
    ),
  },
  calls: CALL_KEYS,
  journal: {
    retentionDays: key(count(1, 3_650, 'days'), {
      default: 30,
      doc: 'How long events and finished outgoing messages are kept.',
    }),
    maxMb: key(count(16, 1_000_000, 'MB'), {
      default: 1_000,
      doc: 'The largest size of the store (outbox and journal). Above it, the oldest events are deleted early.',
    }),
    mediaMaxMb: key(count(16, 1_000_000, 'MB'), {
      default: 2_000,
      doc: 'The most space for uploaded and downloaded files. The least recently used files are deleted first; files that are still to be sent, and the newest file, are kept.',
    }),
    mediaRules: key(mediaRules(), {
      default: [],
      doc: 'Files that are downloaded as soon as their message arrives, and kept for 30 days after their last use: `["image", "voice", "document<=5MB"]`. Other files are downloaded on request.',
    }),
  },
  transcribe: TRANSCRIBE_KEYS,
  socket: {
    path: key(pathOrFound(), {
      default: null,
      defaultSays: 'control.sock in the runtime directory',
      flag: { name: 'socket', value: 'PATH', does: 'the Unix socket for wactl' },
      alsoEnv: 'WAD_SOCKET',
      doc: 'The Unix socket for wactl; the path has at most 107 bytes. When it is set, its directory is not changed.',
    }),
    maxLineBytes: key(count(4_096, 67_108_864, 'bytes'), {
      default: 1_048_576,
      doc: 'A longer request line is refused, and its connection is closed.',
    }),
    maxConnections: key(count(1, 10_000), {
      default: 64,
      doc: 'One more connection replaces the one that has been idle for longest, or gets `busy` when none is idle. The last 4 connections (of fewer than 8, half) accept neither subscriptions nor uploads.',
    }),
    maxInFlight: key(count(1, 10_000), {
      default: 32,
      doc: 'The most unanswered requests of one connection.',
    }),
  },
  http: {
    listen: key(listening(), {
      default: ({ tables }) => (tables.has('http') ? '127.0.0.1:3001' : null),
      defaultSays: '"127.0.0.1:3001" when there is a table [http], else none: HTTP is off',
      doc: 'Where HTTP is served: a loopback address, or a Unix socket of mode 0600.',
    }),
    anonymousLoopback: key(yesNo(), {
      default: false,
      doc: 'Serve HTTP without a token. Every process and every user of this machine can then use the account.',
    }),
    tokenFile: key(path(), {
      default: ({ stateDir }) => `${stateDir}/http-token`,
      defaultSays: 'http-token in the state directory, created if missing',
      doc: 'The bearer token that HTTP requires, in a file of mode 0600.',
    }),
  },
  gateway: GATEWAY_KEYS,
  fleet: FLEET_KEYS,
  agent: AGENT_KEYS,
  log: {
    level: key(choice(LOG_LEVELS), {
      default: 'info',
      flag: { name: 'log-level', value: 'LEVEL', does: 'fatal, error, warn, info, debug or trace' },
      restart: false,
      doc: 'The least severe records that are written.',
    }),
    content: key(yesNo(), {
      default: false,
      doc: 'Log phone numbers and message texts, only at debug. QR codes and session secrets are never logged.',
    }),
  },
} as const;

/** Families of tables: any number of them, each with a name, such as `[webhook.crm]`. */
export const FAMILIES = {
  webhook: {
    url: key(webAddress(), {
      default: '',
      required: true,
      doc: 'The URL that gets each event as a POST.',
    }),
    secretFile: key(path(), {
      default: ({ stateDir, member }) => `${stateDir}/webhook-${member}.secret`,
      defaultSays: 'webhook-NAME.secret in the state directory, created if missing',
      doc: 'The file of mode 0600 with the signing secret: whsec_ and base64, or any word of 16 characters or more.',
    }),
    types: key(
      words(
        (word) => EVENT_TYPES.some((type) => type === word),
        `a list of types out of ${EVENT_TYPES.join(', ')}`,
      ),
      { default: [], defaultSays: 'every type', doc: 'Only these types of event, and gaps, are sent.' },
    ),
    chats: key(
      words((word) => word.length > 0, 'a list of numbers and chat ids'),
      {
        default: [],
        defaultSays: 'every chat',
        doc: 'Of the events of chats, only those of these chats are sent.',
      },
    ),
    format: key(choice(WEBHOOK_FORMATS), {
      default: 'wad',
      doc: "The format of the requests: wad's own, or that of another program, to keep its receivers.",
    }),
    retryHours: key(count(1, 720, 'h'), {
      default: 72,
      doc: 'An event that could not be delivered for this long becomes a dead letter.',
    }),
    allowPrivate: key(yesNo(), {
      default: false,
      doc: 'Whether the host name may resolve to a private address or to this machine. An address in the url itself is always allowed.',
    }),
  },
} as const;

/** The permitted names of a family's member. */
export const MEMBER = /^[a-z0-9][a-z0-9_-]{0,31}$/;

type Values<T> = { readonly [K in keyof T]: T[K] extends KeyRow<infer V> ? V : Values<T[K]> };

/** Every key with its value. Nothing in it is optional. */
export type Config = Values<typeof KEYS> & {
  readonly [F in keyof typeof FAMILIES]: Readonly<Record<string, Values<(typeof FAMILIES)[F]>>>;
};

/** A row with its full name, such as `reconnect.delaysMs`. */
export interface NamedRow extends KeyRow {
  readonly name: string;
  readonly env: string;
}

/** `reconnect.delaysMs` → `WAD_RECONNECT_DELAYS_MS`. */
export const envName = (name: string): string =>
  `WAD_${name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/\./g, '_')
    .toUpperCase()}`;

const isRow = (value: object): value is KeyRow => 'row' in value;

function* named(table: object, prefix: string): Generator<NamedRow> {
  for (const [word, value] of Object.entries(table) as [string, object][]) {
    const name = prefix + word;
    if (isRow(value)) yield { ...value, name, env: envName(name) };
    else yield* named(value, `${name}.`);
  }
}

/** The table as a list, in display order. */
export const ROWS: readonly NamedRow[] = [...named(KEYS, '')];

/** The rows of one member, such as `webhook.crm.url`. @param table its full name, `webhook.crm` */
export function memberRows(table: string): readonly NamedRow[] {
  const [family = ''] = table.split('.');
  return [...named(FAMILIES[family as keyof typeof FAMILIES] ?? {}, `${table}.`)];
}

/** The rows of a configuration: the fixed ones, then those of each member of a family. */
export const rowsOf = (config: Config): readonly NamedRow[] => [
  ...ROWS,
  ...Object.keys(FAMILIES).flatMap((family) =>
    Object.keys(config[family as keyof typeof FAMILIES]).flatMap((member) =>
      memberRows(`${family}.${member}`),
    ),
  ),
];

/** For docs: one member represents all. */
export const DOCUMENTED: readonly NamedRow[] = [
  ...ROWS,
  ...Object.keys(FAMILIES).flatMap((family) => memberRows(`${family}.NAME`)),
];

/** The row of a full name, or undefined. */
export const rowOf = (name: string): NamedRow | undefined =>
  ROWS.find((row) => row.name === name) ??
  memberRows(name.slice(0, name.lastIndexOf('.'))).find((row) => row.name === name);

/** The tables whose presence switches something on, with the key that is null while it is off. */
export const SWITCHES: Readonly<Record<string, string>> = { http: 'listen' };

/** The names of the tables in a file: `session`, `browser` … */
export const TABLES: readonly string[] = Object.entries({ ...KEYS, ...FAMILIES })
  .filter(([, value]) => !isRow(value))
  .map(([name]) => name);
