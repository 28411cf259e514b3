// Supervises a session: the monitor probes the page, and the upkeep checks browser, disk and clock. Their
// findings become events of the state machine.
import type { Config } from '../../config/keys.js';
import type { Log } from '../../protocol/log.js';
import type { StateName } from '../../protocol/state.js';
import type { SessionDir } from '../../session-dir/layout.js';
import type { Store } from '../../store/store.js';
import type { Outgoing } from '../outgoing/outgoing.js';
import type { Actor } from './actor.js';
import type { ClientSlot } from './client-slot.js';
import { Monitor } from './monitor.js';
import type { ProfileCopies } from './profile-copies.js';
import { Upkeep } from './upkeep.js';

export interface SupervisionOptions {
  readonly config: Config;
  readonly dir: SessionDir;
  readonly store: Store;
  readonly log: Log;
  readonly actor: Actor;
  readonly slot: ClientSlot;
  readonly outgoing: Outgoing;
  /** When the last message arrived, ms since 1970; 0 before the first. */
  readonly lastReceivedAtMs: () => number;
  /** Called when the disk of the profile or of the store has too little space. */
  readonly diskLow: (freeMb: number) => void;
  /** Called once an hour. */
  readonly hourly: () => Promise<void>;
  /** Null: no copies of the profile are made. */
  readonly copies: ProfileCopies | null;
}

/** What the monitor expects of the page. A page that shows a QR only has to answer. */
const EXPECTED: Partial<Record<StateName, 'health' | 'answer'>> = { ready: 'health', linking: 'answer' };
/** How long without a message counts as a quiet moment. */
const QUIET_MS = 60_000;

/** The owner of the account calls `stop`. */
export class Supervision {
  readonly monitor: Monitor;
  readonly #upkeep: Upkeep;

  constructor(options: SupervisionOptions) {
    const { config, dir, store, log, actor, slot, lastReceivedAtMs, diskLow, hourly } = options;
    const { outbox, sender } = options.outgoing;
    const { periodMs, probeTimeoutMs, failuresToAct } = config.monitor;
    const { memoryLimitMb, recycleHours } = config.browser;
    this.monitor = new Monitor({
      periodMs,
      probeTimeoutMs,
      failuresToAct,
      log,
      expects: () => EXPECTED[actor.state.name] ?? null,
      probe: (timeoutMs) => slot.client.probe(timeoutMs),
      oldestUnsentMs: () => sender.oldestUnsentMs(),
      onSick: (ailment, detail) => {
        actor.post({ type: 'client.sick', generation: actor.state.generation, ailment, detail });
      },
    });
    this.#upkeep = new Upkeep({
      memoryLimitMb,
      recycleHours,
      log,
      dataPath: dir.dataPath,
      storePath: store.report.path,
      browser: () => (actor.state.name === 'ready' ? slot.running : null),
      isQuiet: () => !outbox.isInFlight && Date.now() - lastReceivedAtMs() > QUIET_MS,
      recycle: (why) => {
        options.copies?.replacing();
        actor.post({ type: 'recycle', why });
      },
      copyDue: async () => (await options.copies?.due()) ?? null,
      disk: (freeMb, low) => {
        if (low) diskLow(freeMb);
        else log.info('disk.fine', { freeMb });
      },
      // Closed in order while it can still write; it is launched again when there is space.
      diskFull: (freeMb) => {
        if (slot.running === null) return;
        const detail = `only ${freeMb} MB are free where the session lives`;
        const { generation } = actor.state;
        actor.post({ type: 'client.broken', generation, reason: 'disk_full', detail });
      },
      hourly,
      jumped: () => this.monitor.checkNow(),
    });
  }

  /** Memory of the browser, bytes; null while it has not been measured. */
  get browserBytes(): number | null {
    return this.#upkeep.browserBytes;
  }

  /** Called when the account has become ready. */
  ready(): void {
    this.monitor.proved();
    void this.#upkeep.measure();
  }

  start(): void {
    this.monitor.start();
    this.#upkeep.start();
  }

  stop(): void {
    this.monitor.stop();
    this.#upkeep.stop();
  }
}
