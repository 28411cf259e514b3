// wwebjs-api's routes of sessions. A session is an account. What its clients compare are the words in `message`.
import { qrPng } from '../../http/qr.js';
import { typed } from '../../http/reply.js';
import { Fault } from '../../protocol/fault.js';
import type { StateName } from '../../protocol/state.js';
import type { Answered } from '../../protocol/types.js';
import { type Door, over, type Request, type Row, rowsOf } from './row.js';

type Status = Answered<'session.status'>;

export const sessionOf = ({ names }: Request): string => names.sessionId ?? '';

const { call, work } = rowsOf(sessionOf);

/** WhatsApp Web's word for a state; null where it has none. An account that hibernates is linked, and wakes to send. */
const STATES: Readonly<Record<StateName, string | null>> = {
  ready: 'CONNECTED',
  hibernating: 'CONNECTED',
  syncing: 'OPENING',
  starting: 'OPENING',
  reconnecting: 'OPENING',
  linking: 'UNPAIRED',
  stopped: null,
  'logging-out': null,
  failed: null,
};

export const stateOf = ({ status }: Pick<Status, 'status'>): string | null => STATES[status];

export const sessionState = (status: Pick<Status, 'status'>): object => {
  const state = stateOf(status);
  const connected = state === 'CONNECTED';
  return { success: connected, state, message: connected ? 'session_connected' : 'session_not_connected' };
};

const said = (message: string) => () => ({ success: true, message });

/** There is no code: that program says so with the status 200. */
const WITHOUT = ['no_qr', 'already_linked'];

async function codeOf(door: Door, account: string): Promise<string | null> {
  try {
    return (await door.ask(account, 'session.qr', {})).qr;
  } catch (error) {
    if (error instanceof Fault && WITHOUT.includes(error.kind)) return null;
    throw error;
  }
}

const NO_CODE = { success: false, message: 'qr code not ready or already scanned' };

async function picture(_: Request, door: Door, account: string): Promise<unknown> {
  const value = await codeOf(door, account);
  if (value === null) return NO_CODE;
  return typed('image/png', await qrPng(value));
}

export const WWEBJS_SESSIONS: readonly Row[] = [
  over('GET', '/ping', [], async () => ({ success: true, message: 'pong' }), { open: true }),
  over('GET', '/session/getSessions', ['session.status'], async (_, door) => ({
    success: true,
    result: (await door.accounts()).map(({ account }) => account),
  })),
  call(
    'GET',
    '/session/start/{sessionId}',
    'session.initialize',
    { params: () => ({}), answer: said('Session initiated successfully') },
    { differs: 'Starts an account whose service runs; one that does not exist is not created.' },
  ),
  call('GET', '/session/restart/{sessionId}', 'session.initialize', {
    params: () => ({ restart: true }),
    answer: said('Restarted successfully'),
  }),
  call(
    'GET',
    '/session/stop/{sessionId}',
    'session.stop',
    { params: () => ({}), answer: said('Session stopped successfully') },
    { differs: 'Its service runs on, and starts the account when it is started itself.' },
  ),
  call('GET', '/session/status/{sessionId}', 'session.status', { params: () => ({}), answer: sessionState }),
  work('GET', '/session/qr/{sessionId}', ['session.qr'], async (_, door, account) => {
    const qr = await codeOf(door, account);
    return qr === null ? NO_CODE : { success: true, qr };
  }),
  work('GET', '/session/qr/{sessionId}/image', ['session.qr'], picture),
  call(
    'POST',
    '/session/requestPairingCode/{sessionId}',
    'session.pair',
    {
      params: ({ body }) => ({ number: body.text('phoneNumber') }),
      answer: ({ code }) => ({ success: true, result: code }),
    },
    { differs: '`showNotification` is ignored.' },
  ),
  call(
    'GET',
    '/session/terminate/{sessionId}',
    'session.disconnect',
    { params: () => ({}), answer: said('Logged out successfully') },
    { differs: 'Unlinks the phone and removes the saved session. The account stays configured.' },
  ),
  call('GET', '/client/getState/{sessionId}', 'session.status', {
    params: () => ({}),
    answer: (status) => ({ success: true, state: stateOf(status) }),
  }),
  call('GET', '/client/getClassInfo/{sessionId}', 'session.status', {
    params: () => ({}),
    answer: ({ session }) => ({
      success: true,
      sessionInfo: {
        pushname: session.pushname,
        wid:
          session.phone === null
            ? null
            : { server: 'c.us', user: session.phone, _serialized: `${session.phone}@c.us` },
        platform: session.platform,
      },
    }),
  }),
  call('GET', '/client/getWWebVersion/{sessionId}', 'session.status', {
    params: () => ({}),
    answer: ({ versions }) => ({ success: true, result: versions.whatsappWeb }),
  }),
];
