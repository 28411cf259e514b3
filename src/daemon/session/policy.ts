// The state machine's delays and limits, from the configuration.
import type { Config } from '../../config/keys.js';
import type { Policy } from '../../session/policy.js';

/** More takeovers than this in an hour mean that two hosts are fighting for the account. */
const TAKEOVERS_PER_HOUR = 3;
/** If a nudged page has not recovered after this time, the next attempt at recovery follows. */
const ATTEMPT_MS = 20_000;
/** WhatsApp's own period for a pairing code. */
const PAIRING_MS = 180_000;
/** WhatsApp's own period for a passkey, as far as is known. */
const PASSKEY_MS = 600_000;
/** If WhatsApp has not accepted or refused a passkey's answer after this time, it never will. */
const VERDICT_MS = 60_000;

export const policyOf = ({ reconnect, deadlines, hibernate, shutdown, afterLogout }: Config): Policy => ({
  ...reconnect,
  startMs: deadlines.startMs,
  syncMs: deadlines.syncMs,
  attemptMs: ATTEMPT_MS,
  pairingMs: PAIRING_MS,
  passkeyMs: PASSKEY_MS,
  verdictMs: VERDICT_MS,
  wakeMs: hibernate.wakeMinutes * 60_000,
  unlinkWakeMs: shutdown.wakeMs,
  afterLogout,
  takeoversPerHour: TAKEOVERS_PER_HOUR,
});
