// THE table of changes: faults as they are made, one line each, and who has to notice (mutant.ts). Anchored by text, so
// that it moves with the code.
import type { Mutant } from './mutant.js';

type Row = readonly [file: string, from: string, to: string, ...tests: string[]];

// biome-ignore format: a table is read by its columns
const ROWS: readonly Row[] = [
  // Twice, or lost.
  ['daemon/doubts', "if (row.state === 'sending' && !isNew) return;", '', 'unit/daemon/doubts'],
  ['daemon/doubts', 'if (wid === null || this.#options.wid() !== wid || (row', 'if (wid === null || (row', 'unit/daemon/doubts'],
  ['daemon/doubts', 'if (this.#options.wid() !== wid || (state', 'if ((state', 'unit/daemon/doubts'],
  ['daemon/outbox', '.earlier(key, wid, recipient, kind, payload);', '.earlier(key, this.#store.account.wid ?? wid, recipient, kind, payload);', 'unit/daemon/outbox'],
  ['daemon/turns', 'if (row.expiresAtMs !== null && row.expiresAtMs <= nowMs) {', 'if (row.expiresAtMs !== null && row.expiresAtMs < nowMs) {', 'unit/daemon/turns'],
  ['daemon/turns', 'if (row.expiresAtMs !== null && row.expiresAtMs <= nowMs) {', 'if (false) {', 'unit/daemon/turns'],
  ['daemon/turns', 'return attempts > 0 || this.#paced.has(id);', 'return this.#paced.has(id);', 'unit/daemon/turns'],
  // What came in.
  ['daemon/hearing', 'heardUntilMs - MARGIN_MS)', 'heardUntilMs)', 'unit/daemon/hearing'],
  ['daemon/hearing', 'this.#phase.readyAtMs, Date.now() - IN_DOUBT_MS)', 'this.#phase.readyAtMs, Date.now())', 'unit/daemon/hearing'],
  ['daemon/hearing', "this.#phase.name === 'live' ? Date.now() - IN_DOUBT_MS : this.#heardUntilMs", "this.#phase.name !== 'away' ? Date.now() - IN_DOUBT_MS : this.#heardUntilMs", 'unit/daemon/hearing'],
  // What is written down.
  ['daemon/redact', 'pairingCode|', '', 'unit/daemon/log'],
  ['daemon/redact', '|cookie)', ')', 'unit/daemon/log'],
  ['daemon/redact', '|password|', '|', 'unit/daemon/log'],
  ['daemon/redact', '|caption|', '|', 'unit/daemon/log'],
  ['daemon/redact', '|participants?|', '|participant|', 'unit/daemon/log'],
  ['session/pacing', 'const SPREAD = 0.5;', 'const SPREAD = 0.05;', 'unit/session/pacing'],
];

export const MUTANTS: readonly Mutant[] = ROWS.map(([file, from, to, ...tests]) => ({
  file,
  from,
  to,
  tests,
}));
