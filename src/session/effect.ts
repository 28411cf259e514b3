// The effects of a transition, as data. They run in list order, each to its end; daemon/session/effects.ts
// has an executor for each, or does not compile.
import type { Reason } from '../protocol/state.js';
import { isLockLost, isOver, type State } from './state.js';

export type Effect =
  /**
   * Ends whatever browser there was, then waits for a place among the starts of this machine, without holding
   * up other effects. Answers with `place-taken`.
   */
  | { readonly do: 'take-place'; readonly generation: number }
  /** Gives the place back, or ends the wait for it. */
  | { readonly do: 'leave-place' }
  /** A new client on a new browser. Only ever with a place. */
  | { readonly do: 'launch'; readonly generation: number }
  /** Ends the browser; done when its process is gone. */
  | { readonly do: 'close' }
  | { readonly do: 'nudge'; readonly by: 'reconnect' | 'reload' | 'takeover' }
  /** The pairing code is no longer usable: the page returns to its QR code. */
  | { readonly do: 'show-qr' }
  /** No answer came in time: the page's call is rejected, as a browser would do. */
  | { readonly do: 'refuse-passkey' }
  /** Waits, bounded, for messages in flight. */
  | { readonly do: 'drain' }
  /** Bounded unlink; answers with `logout-done`. */
  | { readonly do: 'logout'; readonly generation: number }
  /** Only ever after `close`. Answers with `profile-removed`. */
  | { readonly do: 'remove-profile' }
  /** Only ever after `close`. The profile is kept under another name until a link succeeds. */
  | { readonly do: 'quarantine-profile'; readonly why: 'corrupt' | 'authfailed' }
  /** Finds out whether the browser starts on an empty profile; answers with `profile-suspect`. */
  | { readonly do: 'examine-profile' }
  /** Writes the marker of a saved session next to the profile. */
  | { readonly do: 'mark-linked' }
  /** Deletes quarantined profiles that are no longer needed. */
  | { readonly do: 'prune-profiles' }
  /** The only timer; arming it cancels the previous one. */
  | { readonly do: 'arm'; readonly timer: number; readonly afterMs: number }
  /** One event and one log line at `err` per incident. */
  | { readonly do: 'alert'; readonly reason: Reason; readonly says: string }
  /** Everything is closed: the process may end. */
  | { readonly do: 'exit'; readonly because: 'stopped' | 'lock-lost' };

/**
 * Whether an effect that waited in the queue is still due. If the daemon has begun to end meanwhile, nothing
 * is launched. A profile whose lock is lost is not touched.
 */
export function isStillDue(effect: Effect, state: State): boolean {
  if (!isOver(state)) return true;
  switch (effect.do) {
    case 'close':
    case 'leave-place':
    case 'alert':
    case 'exit':
      return true;
    case 'drain':
    case 'remove-profile':
    case 'quarantine-profile':
    case 'mark-linked':
    case 'prune-profiles':
      return !isLockLost(state);
    case 'take-place':
    case 'launch':
    case 'nudge':
    case 'show-qr':
    case 'refuse-passkey':
    case 'logout':
    case 'examine-profile':
    case 'arm':
      return false;
  }
}
