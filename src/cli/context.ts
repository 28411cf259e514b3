// Gives a command its context: the daemon of its account, connected on first use, and the place for its output.
import type { Address } from '../protocol/address.js';
import type { Connection } from '../protocol/connection.js';
import { Fault } from '../protocol/fault.js';
import { Client } from '../socket/client.js';
import { type ClientPath, clientPath } from '../socket/path.js';
import type { AskOptions, Context, Interrupt } from './command.js';
import { exitOf } from './exit.js';
import { DEFAULT_TIMEOUT_MS } from './globals.js';
import { printableIn } from './output.js';
import type { Line } from './parse.js';
import type { Sink } from './sink.js';

const CONNECT_MS = 5_000;

/** One command that runs for one account. */
export interface Running {
  /** The exit status. Never rejects: a fault is printed. */
  readonly status: Promise<number>;
  /** What Ctrl-C does now. */
  readonly interrupt: () => Interrupt;
}

/** Connects to the daemon of an account in another way than by its socket. */
export type Connect = (account: string) => Promise<Connection>;

/** Starts the command of the line. */
export function start(line: Line, sink: Sink, connect?: Connect): Running {
  const { command, account, socket, output, timeoutMs, fleet } = line;
  const named = line.named && !command?.takesAccounts;
  let place: ClientPath | undefined;
  const target = () => {
    if (connect !== undefined)
      throw new Fault('usage', {
        reason: `${command?.name} reaches a daemon of this machine by its socket: not with --fleet`,
        hint: null,
      });
    place ??= clientPath({
      account: named ? account : undefined,
      socket,
      env: process.env,
      uid: process.getuid?.() ?? 0,
    });
    return place;
  };
  // Hints need the options only: the command of a hint runs in the same environment.
  const isByOption = named || socket !== undefined;
  let address: Address = [];
  let connection: Promise<Connection> | undefined;
  let interrupt: Interrupt = () => null;

  const client = () => {
    connection ??= (async () => {
      if (connect !== undefined) return connect(account);
      const connectMs = Math.min(timeoutMs ?? CONNECT_MS, CONNECT_MS);
      return Client.connect({ ...target(), address }, { timeoutMs: connectMs });
    })();
    return connection;
  };
  const askAny = async (method: string, params: object, options: AskOptions = {}) => {
    const { timeoutMs: ms = timeoutMs ?? DEFAULT_TIMEOUT_MS, writes = false } = options;
    const once = async () => (await client()).call(method, params, { timeoutMs: ms, writes });
    try {
      return await once();
    } catch (error) {
      // The daemon has ended the idle connection to make room, and has not accepted this request.
      if (!(error instanceof Fault && error.kind === 'connection_idle')) throw error;
      connection = undefined;
      return once();
    }
  };
  // All answers pass through here, so no command can forget to make texts of strangers printable.
  const shown = <T>(answer: T): T => (output === 'text' ? printableIn(answer) : answer);
  const ask = async (method: string, params: object, options?: AskOptions) =>
    shown(await askAny(method, params, options));

  const begin = async (): Promise<number> => {
    try {
      if (connect !== undefined) address = ['--fleet', ...(line.named ? ['-a', account] : [])];
      else if (isByOption) address = target().address;
      const context: Context = {
        account,
        named: line.named,
        socket,
        fleet,
        output,
        timeoutMs,
        args: line.args,
        options: line.options as Context['options'],
        address,
        target,
        askAny,
        ask: ask as Context['ask'],
        onEvent: async (handler) => {
          (await client()).onEvent((event) => handler(shown(event)));
        },
        lost: async () => {
          const ended = await client();
          await ended.closed;
          // A request on a closed connection fails with the reason for its end.
          await ended.call('daemon.ping');
          throw new Fault('connection_lost');
        },
        show: sink.show,
        item: sink.item,
        note: sink.note,
        warn: (text) => sink.note(`warning: ${text}`),
        onInterrupt: (does) => {
          interrupt = does;
        },
      };
      return (await command?.run(context)) ?? 0;
    } catch (error) {
      const fault = hinting(Fault.of(error), line).addressedTo(address);
      sink.complain(fault);
      return exitOf(fault);
    }
  };
  return { status: begin(), interrupt: () => interrupt };
}

/** Where a parameter does not fit its method, the list of methods helps a program, and the help of the command a person. */
function hinting(fault: Fault, { command, output }: Pick<Line, 'command' | 'output'>): Fault {
  const isOfSchema = fault.kind === 'invalid_params' && fault.details.more?.issues !== undefined;
  if (!isOfSchema || output !== 'text' || command === undefined || command.name === 'call') return fault;
  return new Fault(fault.kind, {
    ...fault.details,
    reason: fault.message,
    hint: `wactl ${command.name} --help`,
  });
}
