// Transitions that link a session, sync it and make it ready.
import type { Effect } from './effect.js';
import type { EventOf, PasskeyEnd } from './event.js';
import { arm, become, disarm, type Next, type Now, stay } from './next-state.js';
import type { State, StateOf } from './state.js';
import { loggedOut } from './transitions-recovery.js';

/**
 * The page asks for a phone. Without a saved session this is normal linking. With one, and without a reason
 * from the server, the session may be dead: LocalAuth never reports that, it only shows a QR (H18).
 */
export function unpaired(state: State, _event: EventOf<'client.unpaired'>, now: Now): Next {
  if (state.session !== null) return loggedOut(state, { type: 'client.logged-out', explained: false }, now);
  const reason = state.name === 'starting' && state.reason !== 'none' ? state.reason : 'qr_waiting';
  const fresh = { attempts: 0, launchFailures: 0, unfound: 0 };
  return { state: become(disarm(state), 'linking', { reason }, fresh), effects: [] };
}

/** A pairing code was issued. It is valid for a while; after that the QR can be used. */
export const pairing = (state: StateOf<'linking'>, _event: unknown, now: Now): Next =>
  arm({ state: become(state, 'linking', { reason: 'pairing_waiting' }), effects: [] }, now.policy.pairingMs);

/** The code has become invalid before its time: back to the QR. */
export const pairingOver = (state: StateOf<'linking'>, _event: unknown): Next =>
  state.reason === 'pairing_waiting'
    ? { state: become(disarm(state), 'linking', { reason: 'qr_waiting' }), effects: [{ do: 'show-qr' }] }
    : stay(state);

/** A person did not act in time: back to the QR code. */
export function linkingLate(state: StateOf<'linking'>, event: EventOf<'timer'>): Next {
  if (event.timer !== state.timer) return stay(state);
  if (state.reason === 'passkey_required') return passkeyEnds(state, 'late', [{ do: 'refuse-passkey' }]);
  if (state.reason !== 'pairing_waiting') return stay(state);
  return { state: become(state, 'linking', { reason: 'qr_waiting' }), effects: [{ do: 'show-qr' }] };
}

/** The phone has scanned or typed the code, and WhatsApp also requires the account's passkey. */
export const passkey = (state: StateOf<'linking'>, event: EventOf<'client.passkey'>, now: Now): Next =>
  arm(
    { state: become(state, 'linking', { reason: 'passkey_required' }), effects: [] },
    Math.min(event.limitMs, now.policy.passkeyMs),
  );

/** WhatsApp answers within seconds; until then the reason stays. */
export const answered = (state: StateOf<'linking'>, _event: unknown, now: Now): Next =>
  state.reason === 'passkey_required' ? arm({ state, effects: [] }, now.policy.verdictMs) : stay(state);

export const passkeyOver = (state: StateOf<'linking'>, event: EventOf<'client.passkey-over'>): Next =>
  state.reason === 'passkey_required' ? passkeyEnds(state, event.why, []) : stay(state);

const PASSKEY_SAYS: Readonly<Record<PasskeyEnd, string>> = {
  refused: 'The passkey was refused or cancelled',
  late: 'The passkey was not confirmed in time',
  wrong: 'WhatsApp did not accept the answer to its passkey request',
  gone: 'The page that asked for the passkey is gone',
};

/** Each request is a separate incident. */
function passkeyEnds(state: StateOf<'linking'>, why: PasskeyEnd, effects: readonly Effect[]): Next {
  const says = `${PASSKEY_SAYS[why]}: the device was not linked. Scan a new code to try again.`;
  // Another document shows its own code.
  const shown: readonly Effect[] = why === 'gone' ? [] : [{ do: 'show-qr' }];
  return {
    state: become(disarm(state), 'linking', { reason: 'qr_waiting' }),
    effects: [...effects, ...shown, { do: 'alert', reason: 'passkey_required', says }],
  };
}

/** Credentials are stored: from now on there is a session that must not be lost. */
export function linked(state: State, event: EventOf<'client.linked'>, now: Now): Next {
  const session = event.me ?? state.session ?? { wid: null, phone: null, platform: null, pushname: null };
  // A page that did not sync in time gains no time by reloading: the next step stays due.
  if (state.name === 'reconnecting' && state.reason === 'sync_timeout' && state.step.kind === 'scheduled')
    return { state: { ...state, session }, effects: [] };
  return arm(
    {
      state: become(state, 'syncing', {}, { session, launchFailures: 0 }),
      effects: state.session === null ? [{ do: 'mark-linked' }] : [],
    },
    now.policy.syncMs,
  );
}

/** The account's identity may become known a little later than its presence; the deadline continues. */
export const known = (state: StateOf<'syncing'>, event: EventOf<'client.linked'>): Next =>
  event.me === null ? stay(state) : { state: { ...state, session: event.me }, effects: [] };

/** Progress restarts the deadline of the sync. */
export const progress = (state: StateOf<'syncing'>, _event: unknown, now: Now): Next =>
  arm({ state, effects: [] }, now.policy.syncMs);

/** Our own probe passed. Every later probe raises it again, so that name and platform stay current. */
export function ready(state: State, event: EventOf<'client.ready'>): Next {
  if (state.name === 'ready') return { state: { ...state, session: event.me }, effects: [] };
  const fine = { attempts: 0, launchFailures: 0, unfound: 0, alerted: [] };
  const next = become(disarm(state), 'ready', {}, { session: event.me, ...fine });
  return { state: next, effects: [{ do: 'mark-linked' }, { do: 'prune-profiles' }] };
}

export function attention(state: State, { what }: EventOf<'client.attention'>): Next {
  if (state.attention?.reason === what?.reason && state.attention?.says === what?.says) return stay(state);
  return {
    state: { ...state, attention: what },
    effects: what === null ? [] : [{ do: 'alert', ...what }],
  };
}
