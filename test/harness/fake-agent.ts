// A real agent whose daemons are fake-daemon.ts. Arguments: URL MACHINE LEASE_SECONDS DIRECTORY FILE. It prints the kind of the
// fault with which it ends. SIGTERM ends it orderly.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AccountFiles } from '../../src/agent/account-files.js';
import { Agent, monotonicMs } from '../../src/agent/agent.js';
import { ChildUnits } from '../../src/agent/child-units.js';
import { openLog } from '../../src/log/log.js';
import { Fault } from '../../src/protocol/fault.js';
import { fleetConfig } from './fleet.js';

const [url = '', machine = '', seconds = '', directory = '', file = ''] = process.argv.slice(2);
const DAEMON = fileURLToPath(new URL('fake-daemon.js', import.meta.url));
const log = openLog({ account: null, level: 'info', content: false, env: {} });
const config = {
  fleet: fleetConfig({ url }, { machine, leaseSeconds: Number(seconds), labels: [`is-${machine}`] }),
  agent: { run: 'children', credentialsFile: null, maxAccounts: 0, memoryPerAccountMb: 1, parallel: 4 },
} as const;
const ending = new AbortController();
const stopped = new Promise<null>((resolve) => {
  process.once('SIGTERM', () => {
    ending.abort();
    resolve(null);
  });
});
try {
  const agent = await Agent.open(
    {
      ...{ config, log },
      openUnits: (changed) =>
        new ChildUnits(
          new AccountFiles(join(directory, machine)),
          (account) => ({
            command: [process.execPath, DAEMON, url, machine, account, seconds, file],
            env: process.env,
          }),
          { now: monotonicMs, log, changed },
        ),
    },
    ending.signal,
  );
  const failed = await Promise.race([agent.failed, stopped]);
  await agent.close();
  if (failed !== null) throw failed;
} catch (error) {
  const { kind, message } = Fault.of(error);
  log.error('fake-agent.failed', { kind, reason: message });
  process.exitCode = kind === 'machine_taken' ? 78 : 1;
}
