// Tells the service manager that this process lives: only after the event loop has turned and the heart of the
// program has answered. Refuses to know anything else, least of all how WhatsApp is: a restart would not mend that.
import { setImmediate as turn } from 'node:timers/promises';

export interface WatchdogOptions {
  /** $WATCHDOG_USEC; undefined where nobody watches. */
  readonly usec: string | undefined;
  /** $WATCHDOG_PID; another process's watchdog is not ours to feed. */
  readonly pid: string | undefined;
  /** Resolves when the heart of the program has answered. The signal aborts when it takes too long. */
  readonly answers: (signal: AbortSignal) => Promise<unknown>;
  readonly alive: () => void;
  /** Gets the reason, once an incident. */
  readonly onTrouble: (says: string) => void;
}

export interface Watchdog {
  /** How often it says so; null where nobody watches. */
  readonly everyMs: number | null;
  stop(): void;
}

/** How often between two deadlines of the manager: two may be late and nothing happens. */
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
    // A timer is due also on a loop that comes to nothing else; a turn ends only when its input has been looked at.
    await turn();
    try {
      await answers(AbortSignal.timeout(everyMs));
      troubled = false;
      if (!stopped) alive();
    } catch (error) {
      if (!stopped && !troubled) onTrouble(`the daemon's heart does not answer: ${(error as Error).message}`);
      troubled = true;
    }
    schedule();
  }
  function schedule(): void {
    if (!stopped) timer = setTimeout(beat, everyMs);
  }
  // The first at once: the manager has counted since the start.
  void beat();
  return {
    everyMs,
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
