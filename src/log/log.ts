// The daemon's log: one JSON line per event on stdout, with level and content as configured. Only this file
// uses pino; others take the interface of protocol/log.ts.
import pino from 'pino';
import { isJournal } from '../local/journal.js';
import type { Log } from '../protocol/log.js';
import type { LOG_LEVELS } from '../protocol/methods/daemon.js';
import { logLine } from './line.js';
import { LogOutlet } from './outlet.js';
import { redact } from './redact.js';

export type LogLevel = (typeof LOG_LEVELS)[number];

export interface DaemonLog extends Log {
  readonly fatal: Log['error'];
  readonly trace: Log['debug'];
  readonly level: LogLevel;
  /** Holds until the daemon restarts. */
  setLevel(level: LogLevel): void;
  /** Resolves when everything is written, or after a second. For an orderly end. */
  flush(): Promise<void>;
  /** For an end that cannot wait; also runs by itself when the process exits. */
  flushSync(): void;
}

export interface LogOptions {
  /** Written with each record. Null: a program of several accounts, whose records name the account themselves. */
  readonly account: string | null;
  readonly level: LogLevel;
  /** Whether phone numbers and message text are written at debug and trace. */
  readonly content: boolean;
  /** The environment, which shows whether a journal reads the log. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** stdout, unless a test passes another one. */
  readonly fd?: number;
}

const FLUSH_MS = 1_000;
/** Names that every record has; a field of such a name is written with `_` appended. */
const OWN = ['level', 'time', 'event'];

/** Opens the log. It never throws because its reader has gone. */
export function openLog({ account, level, content, env, fd = 1 }: LogOptions): DaemonLog {
  const journal = isJournal(env, fd);
  const own = new Set(account === null ? OWN : [...OWN, 'account']);
  const outlet = new LogOutlet(fd);
  const destination = {
    // pino sets this before each write when a stream carries this symbol.
    [Symbol.for('pino.metadata')]: true,
    lastLevel: 30,
    write(json: string) {
      outlet.line(logLine(json, pino.levels.labels[this.lastLevel] ?? 'info', journal));
    },
  };
  const out = pino(
    {
      level,
      base: account === null ? {} : { account },
      messageKey: 'event',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
  const line =
    (at: LogLevel): Log['info'] =>
    (event, fields = {}) => {
      if (!out.isLevelEnabled(at)) return;
      const dropped = outlet.takeDropped();
      if (dropped > 0) out.warn({ lines: dropped }, 'log.dropped');
      const safe = redact(fields, content && (at === 'debug' || at === 'trace'));
      out[at](
        Object.fromEntries(
          Object.entries(safe).map(([key, value]) => [own.has(key) ? `${key}_` : key, value]),
        ),
        event,
      );
    };
  const flushSync = () => outlet.flushSync();
  process.once('exit', flushSync);
  return {
    fatal: line('fatal'),
    error: line('error'),
    warn: line('warn'),
    info: line('info'),
    debug: line('debug'),
    trace: line('trace'),
    get level() {
      return out.level as LogLevel;
    },
    setLevel(next) {
      out.level = next;
    },
    async flush() {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, FLUSH_MS);
      });
      await Promise.race([outlet.flush(), late]).finally(() => clearTimeout(timer));
    },
    flushSync,
  };
}
