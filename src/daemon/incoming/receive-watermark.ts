// The receive watermark: everything received before this time has been journalled. It starts the back-fill of
// missed messages (H11). It is stored next to the profile, so that the next daemon knows where to begin.
import type { Log } from '../../protocol/log.js';
import { isoTime } from '../../protocol/time.js';
import type { Linked } from '../../session/state.js';
import type { SessionDir } from '../../session-dir/layout.js';
import { readMarker, writeMarker } from '../../session-dir/marker.js';
import type { Feed } from '../events/feed.js';
import type { Backfill } from './backfill.js';

export interface ReceiveWatermarkOptions {
  readonly dir: SessionDir;
  readonly feed: Pick<Feed, 'append'>;
  readonly log: Log;
  readonly backfill: Pick<Backfill, 'start' | 'stop'>;
  /** As an earlier daemon stored it. */
  readonly receivedUntil: ReceivedUntil;
}

/**
 * Everything received before this time is in the journal, ms since 1970. `unknown` for a session that another
 * program has used; null before the first link.
 */
export type ReceivedUntil = number | 'unknown' | null;

/** `away`: no page is ready; `behind`: missed messages are being read; `live`: all reports are journalled. */
type Phase = { readonly name: 'away' } | Present;
interface Present {
  readonly name: 'behind' | 'live';
  readonly readyAtMs: number;
}

/** Messages that arrived this shortly before the page ended may be lost with it (H11). */
const IN_DOUBT_MS = 10_000;
/** This much before the watermark is read again: times are whole seconds, from clocks that are not ours. */
const MARGIN_MS = 300_000;
const AWAY: Phase = { name: 'away' };

/** The owner of the account calls `stop`. */
export class ReceiveWatermark {
  readonly #options: ReceiveWatermarkOptions;
  #phase: Phase = AWAY;
  #receivedUntil: ReceivedUntil;
  /** The watermark of an earlier link of this run; null when there was none. */
  #unlinkedAtMs: number | null = null;
  /** Where the back-fill began. */
  #readsFromMs = 0;

  constructor(options: ReceiveWatermarkOptions) {
    this.#options = options;
    this.#receivedUntil = options.receivedUntil;
  }

  /** False before the first link has worked: there is nothing to store. */
  get hasBegun(): boolean {
    return this.#receivedUntil !== null;
  }

  /**
   * Older messages are not reported as new any more: whoever reports them otherwise takes none from the
   * back-fill. 0: not known. ms since 1970
   */
  get settledUntilMs(): number {
    return this.#phase.name === 'live' ? Date.now() - IN_DOUBT_MS : this.#readsFromMs;
  }

  /** Called when a page is ready. The missed messages are journalled first, then what the page reports. */
  ready(readyAtMs: number): void {
    const phase: Present = { name: 'behind', readyAtMs };
    this.#phase = phase;
    this.#catchUp(phase).catch((error: unknown) =>
      this.#options.log.error('backfill.failed', { err: error }),
    );
  }

  /**
   * Called when the disk takes events again after it refused some: the lost events are read from the page.
   * @param refusedFromMs the time of the first refusal, ms since 1970
   */
  again(refusedFromMs: number): void {
    if (this.#phase.name === 'live') this.#advance(refusedFromMs);
    if (this.#phase.name !== 'away') this.ready(this.#phase.readyAtMs);
  }

  /** Called when the page is no longer ready. */
  left(): void {
    this.#options.backfill.stop();
    if (this.#phase.name === 'live') this.#advance(Math.max(this.#phase.readyAtMs, Date.now() - IN_DOUBT_MS));
    this.#phase = AWAY;
  }

  /** Called when the link is gone. What arrives before the next link is lost. */
  unlinked(): void {
    if (typeof this.#receivedUntil === 'number') this.#unlinkedAtMs = this.#receivedUntil;
    this.#receivedUntil = null;
  }

  #advance(untilMs: number): void {
    this.#receivedUntil =
      typeof this.#receivedUntil === 'number' ? Math.max(this.#receivedUntil, untilMs) : untilMs;
  }

  /**
   * Stores next to the profile that there is a session, its account, and the watermark.
   * @throws Fault disk_full, permission_denied
   */
  async mark({ wid }: Linked): Promise<void> {
    const { dir } = this.#options;
    const linkedAt = (await readMarker(dir))?.linkedAt ?? new Date().toISOString();
    this.#receivedUntil ??= Date.parse(linkedAt);
    // During the catch-up, some earlier messages are not journalled yet.
    const until = this.#phase.name === 'live' ? Date.now() - IN_DOUBT_MS : this.#receivedUntil;
    const lastSeenAt = until === 'unknown' ? null : isoTime(until);
    await writeMarker(dir, { linkedAt, wid, lastSeenAt });
  }

  stop(): void {
    this.#options.backfill.stop();
  }

  /** Messages from before the link are not read. */
  async #catchUp(phase: Present): Promise<void> {
    const { dir, feed, backfill } = this.#options;
    const { readyAtMs } = phase;
    const linkedAtMs = Date.parse((await readMarker(dir))?.linkedAt ?? isoTime(readyAtMs));
    if (this.#phase !== phase) return;
    if (this.#receivedUntil === 'unknown')
      feed.append('gap', { reason: 'adopted', since: null, until: isoTime(linkedAtMs) });
    const receivedUntilMs = typeof this.#receivedUntil === 'number' ? this.#receivedUntil : linkedAtMs;
    this.#receivedUntil = receivedUntilMs;
    if (this.#unlinkedAtMs !== null) {
      // A phone gives its history to a new link without marking what is new in it.
      const since = isoTime(this.#unlinkedAtMs);
      feed.append('gap', { reason: 'unlinked', since, until: isoTime(linkedAtMs) });
      this.#unlinkedAtMs = null;
    }
    this.#readsFromMs = Math.max(linkedAtMs, receivedUntilMs - MARGIN_MS);
    backfill.start(this.#readsFromMs, () => {
      this.#receivedUntil = Math.max(receivedUntilMs, readyAtMs);
      this.#phase = { name: 'live', readyAtMs };
    });
  }
}
