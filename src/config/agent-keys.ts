// The table [agent] of the configuration: keys that only wad-agent reads. It is part of the table in keys.ts. The machine's name
// and labels are in [fleet].
import { choice, count, key, pathOrFound } from './row.js';

/** How an agent runs the daemons of its machine. */
export const RUNS = ['systemd', 'children'] as const;

export const AGENT_KEYS = {
  run: key(choice(RUNS), {
    default: 'systemd',
    doc: 'How daemons run: "systemd" as wad@NAME.service, "children" as processes that end with the agent, for containers.',
  }),
  credentialsFile: key(pathOrFound(), {
    default: null,
    defaultSays: 'fleet.credentialsFile',
    doc: "The agent's own credentials for NATS, in a file of mode 0600: as a service it is another user than the daemons.",
  }),
  maxAccounts: key(count(0, 10_000), {
    default: 0,
    doc: 'The most accounts that the agent runs on this machine; 0 is no limit but the memory.',
  }),
  memoryPerAccountMb: key(count(1, 1_000_000, 'MB'), {
    default: 700,
    doc: 'The free memory that this machine must have for each account that it takes.',
  }),
  parallel: key(count(1, 100), {
    default: 2,
    doc: 'How many daemons the agent starts, and how many it hands over, at a time.',
  }),
} as const;
