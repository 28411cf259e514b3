// Notifies the service manager (sd_notify(3)): ready, status, alive, reloading, stopping, and that a stop takes longer. It uses a
// long-lived helper, systemd/notify.pl, because Node has no Unix datagram sockets. Without a service manager it does
// nothing.
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

export interface Notify {
  /** True when there is a service manager. */
  readonly isEnabled: boolean;
  /** Also ends a reload. */
  ready(): void;
  /** A reload has begun: for `Type=notify-reload`. */
  reloading(): void;
  /** One line for `systemctl status`. */
  status(text: string): void;
  stopping(): void;
  /** For the watchdog. */
  alive(): void;
  /** Extends the time limit of the current start or stop to this long from now. */
  extend(ms: number): void;
  /** Ends the helper after everything has been sent. Bounded; never rejects. */
  close(): Promise<void>;
}

export interface NotifyOptions {
  /** $NOTIFY_SOCKET; undefined without a service manager. */
  readonly socket: string | undefined;
  /** Called with the reason, once per incident, when a notification cannot be sent. */
  readonly onTrouble: (says: string) => void;
  /** The command line of the helper. */
  readonly command: readonly [string, ...string[]];
}

type Helper = ChildProcessByStdio<Writable, null, Readable>;

/** A helper that ended sooner than this after its start is not started again. */
const WORTH_ANOTHER_MS = 10_000;
const CLOSE_MS = 2_000;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they separate variables and datagrams
const CONTROL = /[\u0000-\u001f\u007f]+/g;

export function openNotify({ socket, onTrouble, command }: NotifyOptions): Notify {
  let helper: Helper | null = null;
  let startedAt = Number.NEGATIVE_INFINITY;
  let mute = socket === undefined;
  let closing = false;

  function start(): Helper {
    startedAt = performance.now();
    const [program, ...args] = command;
    // Of our own environment only PATH, to find perl: no options for perl, and no secrets.
    const env = { NOTIFY_SOCKET: socket, PATH: process.env.PATH, LC_ALL: 'C' };
    const child = spawn(program, args, { env, stdio: ['pipe', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-500);
      // A datagram that could not be sent is lost, but the helper continues.
      if (child.exitCode === null && /^send: /m.test(text)) onTrouble(text.trim());
    });
    // The 'close' event gives a better reason than EPIPE.
    child.stdin.on('error', () => {});
    child.once('error', ({ message }) => gone(child, message));
    child.once('close', (code, signal) => gone(child, `${said.trim()} (${signal ?? `exit ${code}`})`.trim()));
    return child;
  }

  function gone(child: Helper, why: string): void {
    if (helper !== child) return;
    helper = null;
    if (closing) return;
    mute = performance.now() - startedAt < WORTH_ANOTHER_MS;
    onTrouble(`the helper that notifies systemd has ended: ${why}`);
  }

  function say(...variables: string[]): void {
    if (mute || closing) return;
    helper ??= start();
    helper.stdin.write(`${variables.join('\t')}\n`);
  }

  const plain = (text: string): string => text.replace(CONTROL, ' ').trim();
  let closed: Promise<void> | undefined;
  return {
    isEnabled: socket !== undefined,
    ready: () => say('READY=1'),
    // Node's monotonic clock is CLOCK_MONOTONIC, by which systemd tells whether this follows its own signal.
    reloading: () => say('RELOADING=1', `MONOTONIC_USEC=${process.hrtime.bigint() / 1_000n}`),
    status: (text) => say(`STATUS=${plain(text)}`),
    stopping: () => say('STOPPING=1'),
    alive: () => say('WATCHDOG=1'),
    extend: (ms) => say(`EXTEND_TIMEOUT_USEC=${Math.round(ms * 1000)}`),
    close() {
      closing = true;
      const child = helper;
      closed ??= child === null ? Promise.resolve() : ended(child);
      return closed;
    },
  };
}

/** Waits until the helper has sent everything and ended; kills it if it does not end. */
function ended(child: Helper): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), CLOSE_MS);
    child.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    child.stdin.end();
  });
}
