// `wactl accounts`: lists every account of this machine with its state.
import { setTimeout as pause } from 'node:timers/promises';
import type { AccountLine } from '../../protocol/account-line.js';
import { Fault } from '../../protocol/fault.js';
import { Client } from '../../socket/client.js';
import { knownAccounts } from '../../socket/known-accounts.js';
import { type ClientPath, clientPath } from '../../socket/path.js';
import { thisMachine } from '../../socket/this-machine.js';
import { command } from '../command.js';
import { showList } from '../listing.js';
import { json, printableIn, write } from '../output.js';
import { renderAccounts } from '../render/accounts.js';

/** One that does not answer must not hold up the list of the others. */
const ASK_MS = 3_000;
/** How often a watched list is read again. */
const PACE_MS = 1_000;
/** Back to the first line and column, and nothing below it. */
const CLEAR = '\u001b[H\u001b[2J';

const NONE = 'no account found on this machine; `wactl init` starts one';

/** The daemon that the environment names comes in as well, wherever it listens, as in a container. */
function targets(): ClientPath[] {
  const machine = thisMachine();
  const named = process.env.WAD_SOCKET ? [clientPath(machine)] : [];
  const found = knownAccounts(machine).map((account) => clientPath({ ...machine, account }));
  return [...named, ...found.filter(({ path }) => path !== named[0]?.path)];
}

/** Asks one daemon. Never rejects: what is wrong is in the line. */
async function ask(target: ClientPath, timeoutMs: number): Promise<AccountLine> {
  const { account, path: socket } = target;
  let client: Client | undefined;
  try {
    client = await Client.connect(target, { timeoutMs });
    const options = { timeoutMs, writes: false };
    const [status, info] = await Promise.all([
      client.request('session.status', {}, options),
      client.request('daemon.info', {}, options),
    ]);
    return { account: info.account, socket, running: true, status, info, error: null };
  } catch (error) {
    const { kind, message, hint } = Fault.of(error).addressedTo(target.address);
    const running = kind !== 'unreachable';
    return { account, socket, running, status: null, info: null, error: { kind, reason: message, hint } };
  } finally {
    await client?.close();
  }
}

/** Every account, in the order of names. */
async function look(timeoutMs: number): Promise<AccountLine[]> {
  const lines = await Promise.all(targets().map((target) => ask(target, timeoutMs)));
  // The name of a state directory below /var/lib/wad may differ from its account's, as in a container.
  const states = new Set(lines.flatMap(({ info }) => (info === null ? [] : [info.stateDir])));
  return lines
    .filter(({ account, running }) => running || !states.has(`/var/lib/wad/${account}`))
    .sort((a, b) => (a.account < b.account ? -1 : 1));
}

export const accounts = command({
  name: 'accounts',
  group: 'Account',
  does: 'every account of this machine: state, number, queue, memory',
  notes:
    'Finds accounts by their sockets, state and configuration, of the system and of this user, and by WAD_SOCKET. An\n' +
    'account whose daemon is not running, or does not answer within 3 s, is listed as well. Exits 0 in any case.\n\n' +
    'With -o json: {"accounts": [{account, socket, running, status, info, error}]}, where `status` and `info` are the\n' +
    'results of session.status and daemon.info, or null; with -o jsonl one line for each account. --watch reads the\n' +
    'list every second; with -o jsonl it prints the accounts that have changed.',
  args: [],
  options: {
    watch: { type: 'flag', alias: 'w', does: 'keep the list on the screen, until Ctrl-C' },
  },
  examples: [
    ['wactl accounts', 'every account with its state'],
    ["wactl -o json accounts | jq '.accounts[].status.status'", 'only the states'],
  ],
  async run({ output, show, note, options, timeoutMs, onInterrupt }) {
    const askMs = Math.min(timeoutMs ?? ASK_MS, ASK_MS);
    const text = (lines: readonly AccountLine[]) => renderAccounts(printableIn(lines));
    const each = (lines: readonly AccountLine[]) => {
      for (const line of lines) write(1, json(line, 'jsonl'));
    };
    if (!options.watch) {
      const lines = await look(askMs);
      if (output === 'jsonl') each(lines);
      else showList({ show, note, output }, { accounts: lines }, text(lines), NONE);
      return 0;
    }
    if (output === 'json')
      throw new Fault('usage', {
        reason: 'accounts: --watch has no end: use -o jsonl',
        hint: 'wactl -o jsonl accounts --watch',
      });
    onInterrupt(() => null);
    const shown = new Map<string, string>();
    for (let before: string | null = null; ; await pause(PACE_MS)) {
      const lines = await look(askMs);
      if (output === 'jsonl') {
        each(lines.filter((line) => changes(shown, line)));
        continue;
      }
      const screen = text(lines) || `${NONE}\n`;
      if (screen !== before) write(1, process.stdout.isTTY ? CLEAR + screen : `${screen}\n`);
      before = screen;
    }
  },
});

/** Whether a line says something new, besides the time. */
function changes(shown: Map<string, string>, { account, status, info, ...rest }: AccountLine): boolean {
  const now = JSON.stringify({
    ...rest,
    state: status?.status,
    reason: status?.reason,
    since: status?.since,
    session: status?.session,
    outbox: status?.outbox,
    restriction: status?.restriction,
    pid: info?.pid,
    http: info?.http,
  });
  if (shown.get(account) === now) return false;
  shown.set(account, now);
  return true;
}
