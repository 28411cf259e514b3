// Executes the effects of the state machine, one row per effect. The actor runs them
// in order, each to its end.
import type { Config } from '../../config/keys.js';
import { Fault } from '../../protocol/fault.js';
import type { Log } from '../../protocol/log.js';
import type { Reason } from '../../protocol/state.js';
import { isStillDue } from '../../session/effect.js';
import type { SessionDir } from '../../session-dir/layout.js';
import { hasSession } from '../../session-dir/marker.js';
import { prune, quarantine, remove } from '../../session-dir/quarantine.js';
import { limited } from '../machine/time-limit.js';
import type { Outbox } from '../outgoing/outbox.js';
import { drained } from '../outgoing/outbox-wait.js';
import type { Actor, Executors } from './actor.js';
import type { ClientSlot } from './client-slot.js';

export interface EffectParts {
  readonly config: Config;
  readonly dir: SessionDir;
  readonly log: Log;
  readonly actor: Actor;
  readonly slot: ClientSlot;
  readonly outbox: Outbox;
  /** Aborted when the daemon has to end quickly. */
  readonly hurry: AbortSignal;
  readonly takePlace: (generation: number) => Promise<void>;
  readonly leavePlace: () => void;
  readonly launch: (generation: number) => Promise<void>;
  readonly close: () => Promise<void>;
  readonly mark: () => Promise<void>;
  readonly refusePasskey: () => void;
  readonly alert: (reason: Reason, says: string) => void;
  /** Whether the browser starts on this profile, or on an empty one when none is named. */
  readonly browserWorks: (signal: AbortSignal, profile?: string) => Promise<boolean>;
  readonly end: (because: 'stopped' | 'lock-lost') => void;
}

/** How long a damaged profile is kept for a search for the cause. */
const CORRUPT_KEPT_MS = 30 * 86_400_000;

export function executors(parts: EffectParts): Executors {
  const { config, dir, log, actor, slot, outbox, hurry } = parts;
  return {
    'take-place': ({ generation }) => parts.takePlace(generation),

    'leave-place': () => parts.leavePlace(),

    launch: ({ generation }) => parts.launch(generation),

    close: () => parts.close(),

    // Its success shows in the page's state, and its failure is found by the timer that was armed with it.
    nudge: ({ by }) => {
      slot.client.nudge(by).catch((error: unknown) => log.warn('session.nudge', { by, err: error }));
    },

    'show-qr': () => {
      slot.client.showQr().catch((error: unknown) => log.warn('session.show-qr', { err: error }));
    },

    'refuse-passkey': () => parts.refusePasskey(),

    drain: () => limited(config.shutdown.drainMs, [hurry], (signal) => drained(outbox, signal)),

    logout: async ({ generation }) => {
      // An answer is posted in every case, because the state waits for it.
      let unlinked = false;
      try {
        unlinked = await slot.client.logout(config.shutdown.logoutMs);
      } catch (error) {
        log.warn('session.logout', { err: error });
      }
      actor.post({ type: 'logout-done', generation, unlinked });
    },

    'remove-profile': async () => {
      const left = await remove(dir).then(
        () => null,
        (error: unknown) => {
          log.error('session.remove-failed', { err: error });
          return Fault.of(error).message;
        },
      );
      const gone = left === null || !(await hasSession(dir));
      actor.post({ type: 'profile-removed', gone, left });
    },

    'quarantine-profile': async ({ why }) => {
      log.warn('session.quarantined', { why, to: await quarantine(dir, why) });
    },

    'examine-profile': async () => {
      // A profile that another browser uses cannot be examined. And the browser itself may have been broken
      // when it failed on our profile, for example in the middle of an upgrade. So the profile counts as
      // damaged only if it still fails where an empty one works.
      const stop = new AbortController();
      const { signal } = stop;
      // A person who stops the daemon or clears the session does not wait for two browsers.
      const leave = actor.watch((state) => {
        if (state.name === 'stopped' || !isStillDue({ do: 'examine-profile' }, state)) stop.abort();
      });
      try {
        const works = (await slot.isFree()) && (await parts.browserWorks(signal));
        const corrupt = works && !(await parts.browserWorks(signal, dir.profile));
        if (!signal.aborted) actor.post({ type: 'profile-suspect', corrupt });
      } finally {
        leave();
      }
    },

    'mark-linked': () => parts.mark(),

    'prune-profiles': async () => {
      const gone = [
        ...(await prune(dir, 'authfailed')),
        ...(await prune(dir, 'corrupt', { olderThanMs: CORRUPT_KEPT_MS })),
      ];
      for (const path of gone) log.info('session.pruned', { path });
    },

    alert: ({ reason, says }) => parts.alert(reason, says),

    exit: ({ because }) => parts.end(because),
  };
}
