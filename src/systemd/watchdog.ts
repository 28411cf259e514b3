// Feeds the watchdog of the service manager, only after the event loop has turned and the core of the program has
// answered. The state of WhatsApp does not count: a restart would not repair it.
import { setImmediate as turn } from 'node:timers/promises';

export interface WatchdogOptions {
  /** $WATCHDOG_USEC; undefined without a watchdog. */
  readonly usec: string | undefined;
  /** $WATCHDOG_PID: with the pid of another process, the watchdog is not fed. */
  readonly pid: string | undefined;
  /** Resolves when the core of the program has answered. The signal aborts when it takes too long. */
  readonly answers: (signal: AbortSignal) => Promise<unknown>;
  readonly alive: () => void;
  /** Called with the reason, once per incident. */
  readonly onTrouble: (says: string) => void;
}

export interface Watchdog {
  /** The interval; null without a watchdog. */
  readonly everyMs: number | null;
  stop(): void;
}

/** How often the watchdog is fed within its timeout: two late ones do no harm. */
const PER_DEADLINE = 3;

export function startWatchdog({ usec, pid, answers, alive, onTrouble }: WatchdogOptions): Watchdog {
  const deadlineMs = Number(usec) / 1000;
  const ours = pid === undefined || Number(pid) === process.pid;
  if (!(ours && deadlineMs >= PER_DEADLINE)) return { everyMs: null, stop: () => {} };
  const everyMs = Math.floor(deadlineMs / PER_DEADLINE);
  let timer: NodeJS.Timeout;
  let stopped = false;
  let troubled = false;

  async function beat(): Promise<void> {
    // A timer alone proves little: it also fires on a loop that does nothing else. `setImmediate` runs after the poll for I/O.
    await turn();
    try {
      await answers(AbortSignal.timeout(everyMs));
      troubled = false;
      if (!stopped) alive();
    } catch (error) {
      if (!stopped && !troubled)
        onTrouble(`the core of the daemon does not answer: ${(error as Error).message}`);
      troubled = true;
    }
    schedule();
  }
  function schedule(): void {
    if (!stopped) timer = setTimeout(beat, everyMs);
  }
  // The first one at once, because the manager has counted since the start.
  void beat();
  return {
    everyMs,
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
