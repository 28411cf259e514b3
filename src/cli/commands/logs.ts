// `wactl logs`: shows the daemon's log from the systemd journal.
import { existsSync, readlinkSync } from 'node:fs';
import { Fault } from '../../protocol/fault.js';
import { type Context, command } from '../command.js';
import { printable } from '../output.js';
import { handOver, onPath } from '../program.js';

const PRIORITIES = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug'] as const;

/** Where the stdout of a running daemon goes, as far as we can read it. */
function stdoutOf(pid: number): string {
  try {
    const target = readlinkSync(`/proc/${pid}/fd/1`);
    if (target.startsWith('/dev/pts/')) return `on the terminal ${target}`;
    if (target.startsWith('/') && !target.startsWith('/dev/')) return `in ${target}`;
  } catch {
    // another user's process, or it has ended
  }
  return 'where its stdout goes: to whatever started it';
}

async function elsewhere({ ask, show }: Context): Promise<number> {
  const info = await ask('daemon.info', {}, { timeoutMs: 3000 }).catch((error: unknown) => Fault.of(error));
  if (info instanceof Fault) {
    throw new Fault(info.kind, {
      ...info.details,
      reason: `no systemd journal here, and ${info.message}; the daemon writes its log to its own stdout`,
    });
  }
  const where = stdoutOf(info.pid);
  show({ pid: info.pid, log: where }, () => printable(`wad (pid ${info.pid}) logs ${where}`).concat('\n'));
  return 0;
}

export const logs = command({
  name: 'logs',
  group: 'Daemon',
  does: "the daemon's log, from the systemd journal",
  notes:
    'Runs journalctl -u wad@ACCOUNT; with -o json or jsonl, prints the journal as JSON. If the daemon does not\n' +
    'run under systemd, it shows where the log goes.',
  args: [],
  options: {
    follow: { type: 'flag', alias: 'f', does: 'print new lines as they arrive' },
    lines: { type: 'text', alias: 'n', value: 'N', does: 'only the last N lines (default: 200), or all' },
    err: { type: 'flag', does: "only lines that need a person's attention" },
    priority: { type: 'text', alias: 'p', value: 'P', choices: PRIORITIES, does: 'lowest priority to show' },
  },
  examples: [
    ['wactl logs -f', 'follow'],
    ['wactl logs --err -n 50', 'the last 50 errors'],
  ],
  async run(context) {
    const { options, account, output, socket, onInterrupt } = context;
    const lines = options.lines ?? '200';
    if (!/^(\d{1,9}|all)$/.test(lines)) {
      throw new Fault('usage', {
        reason: `logs: --lines: "${lines}" is not a number`,
        hint: 'wactl logs --help',
      });
    }
    const journalctl = onPath('journalctl');
    if (!journalctl || !existsSync('/run/systemd/system') || socket !== undefined) {
      return elsewhere(context as unknown as Context);
    }
    const priority = options.err ? 'err' : options.priority;
    onInterrupt('ignored');
    return handOver([
      journalctl,
      '-u',
      `wad@${account}.service`,
      '-n',
      lines,
      ...(priority ? ['-p', priority] : []),
      ...(options.follow ? ['-f'] : []),
      ...(output === 'text' ? [] : ['-o', 'json']),
    ]);
  },
});
