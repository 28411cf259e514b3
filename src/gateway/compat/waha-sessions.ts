// WAHA's routes of sessions, pairing and the server. A session is an account.
import { qrPng } from '../../http/qr.js';
import { json, typed } from '../../http/reply.js';
import { Fault } from '../../protocol/fault.js';
import type { Answered, Asked } from '../../protocol/types.js';
import { STATUSES } from '../../webhook/waha.js';
import { type Door, over, type Request, type Row, rowsOf } from './row.js';

type Status = Answered<'session.status'>;

/** The default of WAHA's documents. */
const DEFAULT = 'default';

/** A session is named in the path, in the body, or in the query. */
export const sessionOf = ({ names, body, query }: Request): string =>
  names.session ?? body.optional('session') ?? query.optional('session') ?? DEFAULT;

const { call, work } = rowsOf(sessionOf);
/** Routes that are deprecated there name the session in the body as `name`. */
const byName = rowsOf(({ body }) => body.text('name'));

export const meOf = ({ session }: Status): object | null =>
  session.phone === null ? null : { id: `${session.phone}@c.us`, pushName: session.pushname };

/** @param status null when the daemon of the account does not run */
export const sessionInfo = (name: string, status: Status | null): object => ({
  name,
  status: status === null ? 'STOPPED' : (STATUSES[status.status] ?? 'STARTING'),
  config: {},
  me: status && meOf(status),
});

/** For one session. */
const detailed = (name: string, status: Status | null): object => ({
  ...sessionInfo(name, status),
  engine: { engine: 'WEBJS', ...(status && { WWebVersion: status.versions.whatsappWeb }) },
});

async function list({ query }: Request, door: Door): Promise<object> {
  const all = query.flag('all') ?? false;
  const sessions = (await door.accounts()).map(({ account, status }) => sessionInfo(account, status));
  return sessions.filter((session) => all || (session as { status: string }).status !== 'STOPPED');
}

/** An account whose daemon does not run exists all the same. */
async function one(_: Request, door: Door, account: string): Promise<object> {
  const seen = (await door.accounts()).find((row) => row.account === account);
  return detailed(account, seen ? seen.status : await door.ask(account, 'session.status', {}));
}

async function start(door: Door, account: string, params: Asked<'session.initialize'>): Promise<object> {
  await door.ask(account, 'session.initialize', params);
  return after(door, account);
}

/** The state after a change. A token without the scope for it still learns that the change was made. */
async function after(door: Door, account: string): Promise<object> {
  const all = await door.accounts().catch((error: unknown) => {
    if (error instanceof Fault && error.kind === 'not_permitted') return [];
    throw error;
  });
  return detailed(account, all.find((row) => row.account === account)?.status ?? null);
}

async function logout(door: Door, account: string): Promise<object> {
  await door.ask(account, 'session.disconnect', {});
  return start(door, account, {});
}

/** How long to wait for the first code of an account that has begun to link. */
const QR_MS = 10_000;

async function qr({ query, accept }: Request, door: Door, account: string): Promise<unknown> {
  const { qr: value } = await door.ask(account, 'session.qr', { waitMs: QR_MS });
  if (query.optional('format') === 'raw') return { value };
  const png = await qrPng(value);
  if (/\bapplication\/json\b/i.test(accept)) return { mimetype: 'image/png', data: png.toString('base64') };
  return typed('image/png', png);
}

/** WAHA shows the code in two halves. */
export const halves = (code: string): string =>
  code.length === 8 ? `${code.slice(0, 4)}-${code.slice(4)}` : code;

const versionOf = (door: Door): object => ({
  version: `wad ${door.version}`,
  engine: 'WEBJS',
  tier: 'CORE',
  browser: null,
});

const CREATED = { success: 201 };

export const WAHA_SESSIONS: readonly Row[] = [
  over('GET', '/api/sessions', ['session.status'], list, {
    differs: '`config` is always empty: an account is configured in its file.',
  }),
  work('GET', '/api/sessions/{session}', ['session.status'], one, { differs: '`config` is always empty.' }),
  call('GET', '/api/sessions/{session}/me', 'session.status', { params: () => ({}), answer: meOf }),
  work(
    'POST',
    '/api/sessions/{session}/start',
    ['session.initialize'],
    (_, door, account) => start(door, account, {}),
    {
      ...CREATED,
      differs: 'Starts an account whose service runs.',
    },
  ),
  work(
    'POST',
    '/api/sessions/{session}/restart',
    ['session.initialize'],
    (_, door, account) => start(door, account, { restart: true }),
    CREATED,
  ),
  work(
    'POST',
    '/api/sessions/{session}/stop',
    ['session.stop'],
    async (_, door, account) => {
      await door.ask(account, 'session.stop', {});
      return after(door, account);
    },
    { ...CREATED, differs: 'Its service runs on, and starts the account when it is started itself.' },
  ),
  work(
    'POST',
    '/api/sessions/{session}/logout',
    ['session.disconnect', 'session.initialize'],
    (_, door, account) => logout(door, account),
    { ...CREATED, differs: 'Unlinks the phone and starts again, so that a new QR code is shown.' },
  ),
  byName.work(
    'POST',
    '/api/sessions/start',
    ['session.initialize'],
    (_, door, account) => start(door, account, {}),
    { ...CREATED, differs: '`config` is ignored, and an account that does not exist is not created.' },
  ),
  byName.work(
    'POST',
    '/api/sessions/stop',
    ['session.stop', 'session.disconnect'],
    async ({ body }, door, account) => {
      await door.ask(account, body.flag('logout') === true ? 'session.disconnect' : 'session.stop', {});
    },
    { ...CREATED, differs: 'With `logout: true` it unlinks the phone; the account stays configured.' },
  ),
  byName.work(
    'POST',
    '/api/sessions/logout',
    ['session.disconnect'],
    async (_, door, account) => {
      await door.ask(account, 'session.disconnect', {});
    },
    { ...CREATED, differs: 'The account stays configured, and can be linked again.' },
  ),
  work('GET', '/api/{session}/auth/qr', ['session.qr'], qr, {
    differs: 'Without `application/json` in `Accept`, a PNG.',
  }),
  call(
    'POST',
    '/api/{session}/auth/request-code',
    'session.pair',
    {
      params: ({ body }) => ({ number: body.text('phoneNumber') }),
      answer: ({ code }) => ({ code: halves(code) }),
    },
    { ...CREATED, differs: '`method` is ignored.' },
  ),
  over('GET', '/api/server/version', [], async (_, door) => versionOf(door)),
  over('GET', '/api/version', [], async (_, door) => versionOf(door)),
  over('GET', '/ping', [], async () => ({ success: true, message: 'pong' }), { open: true }),
  over('GET', '/health', [], async () => json({ status: 'ok', info: {}, error: {}, details: {} }), {
    differs: 'Says that the gateway answers, and nothing about accounts.',
  }),
];
