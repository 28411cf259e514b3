// Runs one parsed line: what a command may use, and how its end becomes an exit status.
import { Fault } from '../protocol/fault.js';
import { Client } from '../socket/client.js';
import { clientPath } from '../socket/path.js';
import type { AskOptions, Context, Interrupt } from './command.js';
import { exitOf } from './exit.js';
import { DEFAULT_TIMEOUT_MS } from './globals.js';
import { complain, json, write } from './output.js';
import type { Line } from './parse.js';

const CONNECT_MS = 5_000;

/** What starts the daemon, judged by where its socket should be. */
function startedBy({ account, socket }: Line, path: string): string {
  const unit = `systemctl start wad@${account}`;
  if (path.startsWith('/run/wad/')) return unit;
  const byHand = ['wad', '--account', account, ...(socket === undefined ? [] : ['--socket', socket])].join(
    ' ',
  );
  return socket === undefined && !process.env.WAD_SOCKET ? `${unit}, or by hand: ${byHand}` : byHand;
}

/** Runs the command and answers the exit status. Never rejects. */
export async function run(line: Line): Promise<number> {
  const { command, account, socket, output, timeoutMs } = line;
  const address = [
    ...(account === 'default' ? [] : ['-a', account]),
    ...(socket === undefined ? [] : ['--socket', socket]),
  ];
  let connection: Promise<Client> | undefined;
  let interrupt: Interrupt = () => null;

  const client = () => {
    connection ??= (async () => {
      const path = clientPath({ account, explicit: socket, env: process.env, uid: process.getuid?.() ?? 0 });
      const connectMs = Math.min(timeoutMs ?? CONNECT_MS, CONNECT_MS);
      return Client.connect(path, { timeoutMs: connectMs, hint: startedBy(line, path) });
    })();
    return connection;
  };
  const askAny = async (method: string, params: object, options: AskOptions = {}) => {
    const { timeoutMs: ms = timeoutMs ?? DEFAULT_TIMEOUT_MS, writes = false } = options;
    return (await client()).call(method, params, { timeoutMs: ms, writes });
  };
  const context: Context = {
    account,
    socket,
    output,
    timeoutMs,
    args: line.args,
    options: line.options as Context['options'],
    address,
    askAny,
    ask: askAny as Context['ask'],
    onEvent: async (handler) => {
      (await client()).onEvent(handler);
    },
    lost: async () => {
      const ended = await client();
      await ended.closed;
      // What is asked of a closed connection is refused with the reason for its end.
      await ended.call('daemon.ping');
      throw new Fault('connection_lost');
    },
    show: (result, text) => write(1, output === 'text' ? text() : json(result, output)),
    warn: (text) => write(2, `wactl: warning: ${text}\n`),
    onInterrupt: (does) => {
      interrupt = does;
    },
  };
  try {
    const status = command?.run(context);
    // Behind the start of the command, since the daemon can work meanwhile.
    process.on('SIGINT', () => {
      if (interrupt === 'ignored') return;
      const says = interrupt();
      if (says !== null) write(2, `wactl: interrupted; ${says}\n`);
      process.exit(130);
    });
    return (await status) ?? 0;
  } catch (error) {
    const fault = Fault.of(error);
    complain(fault, output, address);
    return exitOf(fault);
  }
}
