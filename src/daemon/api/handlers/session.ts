// session.*: the state of the account, linking, and unlinking.
import { Fault } from '../../../protocol/fault.js';
import type { Handlers } from '../../../protocol/method.js';
import type { METHODS } from '../../../protocol/methods/index.js';
import type { Status } from '../../../protocol/methods/session.js';
import { isoTime } from '../../../protocol/time.js';
import { numberOf, parseRecipient } from '../../../protocol/wid.js';
import { reasonOf, type State, type StateOf } from '../../../session/state.js';
import type { Account } from '../../account.js';
import { limited } from '../../machine/time-limit.js';
import { refuseLost } from '../../session/capability-tracker.js';
import { PairingBudget } from '../../session/pairing-budget.js';
import { refuseWhenEnding } from '../ready-client.js';

type SessionHandlers = Pick<
  Handlers<typeof METHODS>,
  | 'session.status'
  | 'session.initialize'
  | 'session.qr'
  | 'session.pair'
  | 'session.passkey'
  | 'session.answerPasskey'
  | 'session.stop'
  | 'session.disconnect'
  | 'session.clear'
  | 'session.wait'
>;

const now = (): string => new Date().toISOString();

const isLinked = ({ name }: State): boolean => ['syncing', 'ready', 'hibernating'].includes(name);

/** While a passkey is requested, a code that the page may still show does not link anybody. */
const mayScan = (state: State): boolean => state.name === 'linking' && state.reason !== 'passkey_required';

const isJudged = (state: State): boolean => reasonOf(state) !== 'passkey_required';

const WHAT_WENT = {
  unlinked: 'Unlinked; the saved session is removed.',
  removed:
    'The saved session is removed. The phone could not be notified: if it still lists this device, unlink it there.',
  nothing: 'There was no saved session to remove.',
} as const;

/** Whether only a person can change the state. */
const isStuck = (state: State): boolean =>
  state.name === 'stopped' || (state.name === 'failed' && state.retryAtMs === null);

export function sessionHandlers(account: Account, status: () => Promise<Status>): SessionHandlers {
  const { actor, qr } = account;
  const budget = new PairingBudget();
  actor.watch((state, before) => {
    if (before.name !== 'linking') return;
    // Linked, or the code has expired: it is no longer returned.
    const isOver =
      before.reason === 'pairing_waiting' && state.name === 'linking' && state.reason === 'qr_waiting';
    if (isOver || state.name !== 'linking') budget.forget();
  });

  /** @throws Fault unsupported_now */
  const refuse = (capability: string): void =>
    refuseLost(account.capabilities, capability, account.slot.browser.whatsappWeb);

  const end = async (type: 'disconnect' | 'clear', signal: AbortSignal) => {
    refuseWhenEnding(actor.state);
    const hadSession = actor.state.session !== null;
    actor.post({ type });
    const state = await actor.until(({ name }) => name === 'stopped', { signal });
    const { unlinked, left } = state as StateOf<'stopped'>;
    if (left !== null) throw new Fault('not_removed', { reason: left, more: { unlinked } });
    return { success: true, timestamp: now(), unlinked, hadSession, status: state.name };
  };

  return {
    'session.status': () => status(),

    'session.initialize': async ({ restart = false }, { signal }) => {
      // A logout in progress is finished first.
      await actor.until(({ name }) => name !== 'logging-out', { signal });
      refuseWhenEnding(actor.state);
      const before = actor.state.generation;
      const was = actor.state.name;
      actor.post({ type: 'initialize', restart });
      const begun = actor.state.generation !== before;
      const message = begun
        ? restart && was !== 'stopped'
          ? 'Starting again with a new browser.'
          : 'Starting.'
        : `Already ${was}; nothing changed.`;
      return { success: true, message, timestamp: now(), status: actor.state.name };
    },

    'session.qr': ({ waitMs, not }, { signal }) =>
      limited(waitMs ?? 0, [signal], async (bound) => {
        for (;;) {
          const state = actor.state;
          const current = mayScan(state) ? qr.current() : null;
          if (current !== null && current.payload !== not) {
            const { payload, issuedAtMs, expiresAtMs, number } = current;
            return { qr: payload, issuedAt: isoTime(issuedAtMs), expiresAt: isoTime(expiresAtMs), number };
          }
          if (state.name === 'linking' && mayScan(state)) refuse('link.qr');
          if (waitMs !== undefined && isLinked(state)) throw new Fault('already_linked', { hint: null });
          if (waitMs === undefined || isStuck(state)) {
            const reason = `There is no QR code to scan: the account is ${state.name} (${reasonOf(state)}).`;
            throw new Fault('no_qr', { reason, hint: account.hint });
          }
          await Promise.race([
            qr.changed({ signal: bound }),
            actor.until((next) => next.name !== state.name, { signal: bound }),
          ]).catch(() => {
            throw new Fault('no_qr', { reason: 'No new QR code came in time.', hint: account.hint });
          });
        }
      }),

    'session.pair': async ({ number }) => {
      const digits = numberOf(parseRecipient(number));
      if (digits === null)
        throw new Fault('invalid_recipient', { reason: 'A phone number is needed to pair.' });
      const { state } = actor;
      refuseWhenEnding(state);
      // A code for a linked number revokes the link of that number (U3).
      if (state.session !== null) throw new Fault('already_linked');
      if (state.name !== 'linking') {
        const reason = `A pairing code is available only while the account is linking; it is ${state.name}.`;
        throw new Fault('not_ready', { reason, hint: account.hint ?? 'wactl status' });
      }
      refuse('link.code');
      const current = budget.current(digits, Date.now());
      if (current === null) budget.spend(Date.now());
      const { code, expiresAtMs } =
        current ?? budget.issued(digits, await account.slot.client.requestPairingCode(digits), Date.now());
      return { code, number: digits, expiresAt: isoTime(expiresAtMs) };
    },

    'session.passkey': () => {
      const request = account.passkey.current();
      return {
        required: request !== null,
        options: request && { ...request.options },
        expiresAt: request && isoTime(request.expiresAtMs),
      };
    },

    'session.answerPasskey': async ({ credential, refuse, waitMs: ms = 0 }, { signal }) => {
      if ((credential === undefined) !== (refuse === true))
        throw new Fault('invalid_params', { reason: 'Either a credential is given, or refuse.' });
      const { id } = account.passkey.answerable(credential ?? null);
      // If the answer is not accepted, a linked account gets another request.
      const judged = limited(ms, [signal], (bound) =>
        Promise.race([
          actor.until(isJudged, { signal: bound }),
          account.passkey.next({ signal: bound }).then(() => actor.state),
        ]),
      ).catch(() => actor.state);
      await account.slot.client.answerPasskey(id, credential ?? 'refused');
      const state = await judged;
      const isAskedAnew = account.passkey.pending !== null && account.passkey.pending.id !== id;
      const verdict =
        isJudged(state) && isLinked(state)
          ? 'linked'
          : isJudged(state) || isAskedAnew
            ? 'refused'
            : 'goes_on';
      return { verdict, status: state.name, reason: reasonOf(state), timestamp: now() };
    },

    'session.stop': async (_, { signal }) => {
      // A logout in progress is finished first.
      await actor.until(({ name }) => name !== 'logging-out', { signal });
      refuseWhenEnding(actor.state);
      const { name: was, session } = actor.state;
      actor.post({ type: 'stop' });
      // Until messages in flight are sent and the browser has ended.
      await actor.settled();
      const message =
        was === 'stopped'
          ? 'Already stopped; nothing changed.'
          : session === null
            ? 'Stopped; no phone is linked.'
            : 'Stopped; the phone stays linked.';
      return { success: true, message, timestamp: now(), status: actor.state.name };
    },

    'session.disconnect': async (_, { signal }) => {
      const result = await end('disconnect', signal);
      return {
        ...result,
        message: WHAT_WENT[result.unlinked ? 'unlinked' : result.hadSession ? 'removed' : 'nothing'],
      };
    },

    'session.clear': async (_, { signal }) => {
      const result = await end('clear', signal);
      const gone = result.hadSession ? 'The saved session is removed' : 'There was no saved session';
      return { ...result, message: `${gone}; a fresh connection can be initialized now.` };
    },

    'session.wait': async ({ states, timeoutMs }, { signal }) => {
      const fits = ({ name }: State): boolean => states.includes(name);
      if (states.includes('ready') && !fits(actor.state)) account.hibernation.need();
      const state = await limited(timeoutMs, [signal], (bound) =>
        actor.until((next) => fits(next) || isStuck(next), { signal: bound }),
      );
      if (!fits(state)) {
        throw new Fault('state_unreachable', {
          reason: `The account is ${state.name} (${reasonOf(state)}) and will not become ${states.join(' or ')} by itself.`,
          hint: account.hint,
          more: { status: state.name, sessionReason: reasonOf(state) },
        });
      }
      return { status: state.name, reason: reasonOf(state), timestamp: now() };
    },
  };
}
