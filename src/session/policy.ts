// The delays and limits of the state machine, all from the configuration.
import type { Backoff } from './backoff.js';

export interface Policy extends Backoff {
  readonly maxAttempts: number;
  /** How long a page that was connected may reconnect by itself while only the network is down. */
  readonly graceMs: number;
  /** The time between attempts after they are used up; 0: waits for a person. */
  readonly slowRetryMs: number;
  /** From launch to a result of the page: linked, or a QR. */
  readonly startMs: number;
  /** How long a nudged page has to recover before the next rung. */
  readonly attemptMs: number;
  /** How long a pairing code can be typed in. */
  readonly pairingMs: number;
  /** How long a passkey request waits for its answer. */
  readonly passkeyMs: number;
  /** How long WhatsApp may take to judge that answer. */
  readonly verdictMs: number;
  /** From linked to ready; restarted while sync makes progress. */
  readonly syncMs: number;
  /** How often a hibernating account wakes to fetch what came in; 0: only when it is needed. */
  readonly wakeMs: number;
  /** How long the end of the daemon waits for a hibernating account that it wakes to unlink it. */
  readonly unlinkWakeMs: number;
  readonly afterLogout: 'link' | 'stop';
  /** More conflicts than this in an hour mean that two hosts fight for the account. */
  readonly takeoversPerHour: number;
}
