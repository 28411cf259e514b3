// The daemon of an account as far as a fleet is concerned: it waits for the lease, and writes a line to a file when it has it and
// when it has ended. SIGTERM: it gives the lease back after a moment. Arguments: URL MACHINE ACCOUNT LEASE_SECONDS FILE.
import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { Member } from '../../src/fleet/member.js';
import { fleetConfig } from './fleet.js';

const [url = '', machine = '', account = '', seconds = '', file = ''] = process.argv.slice(2);
const log = { debug() {}, info() {}, warn() {}, error() {} };
const say = (what: 'has' | 'ends'): void =>
  appendFileSync(file, `${JSON.stringify({ what, account, machine, pid: process.pid, atMs: Date.now() })}\n`);

const ending = new AbortController();
process.once('SIGTERM', () => ending.abort());
const config = fleetConfig({ url }, { machine, leaseSeconds: Number(seconds) });
const member = await Member.open(
  { config, account, host: `${machine}-${account}`, daemon: randomUUID(), log },
  ending.signal,
);
try {
  const lease = await member.lease(ending.signal);
  say('has');
  lease.onEnd((end) => {
    say('ends');
    if (end !== 'released') process.exit(75);
  });
  if (!ending.signal.aborted)
    await new Promise((resolve) => ending.signal.addEventListener('abort', resolve, { once: true }));
  await lease.release();
} catch (error) {
  if (!ending.signal.aborted) throw error;
} finally {
  await member.close();
}
