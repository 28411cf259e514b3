// The receive watermark: everything received before this time has been journalled. It starts the back-fill of what is
// missing (H11), and is stored next to the profile, so that the next daemon knows where to begin.
import type { Log } from '../../protocol/log.js';
import { isoTime } from '../../protocol/time.js';
import type { Linked } from '../../session/state.js';
import type { SessionDir } from '../../session-dir/layout.js';
import { readMarker, writeMarker } from '../../session-dir/marker.js';
import type { Feed } from '../events/feed.js';
import type { Backfill } from './backfill.js';

export interface HearingOptions {
  readonly dir: SessionDir;
  readonly feed: Pick<Feed, 'append'>;
  readonly log: Log;
  readonly backfill: Pick<Backfill, 'start' | 'stop'>;
  /** As an earlier daemon has left it. */
  readonly heardUntil: HeardUntil;
}

/**
 * Everything that came in until then is in the journal, ms since 1970. `unknown` for a session that another program has
 * used; null before the first link.
 */
export type HeardUntil = number | 'unknown' | null;

/** `away`: no page is ready; `behind`: what came meanwhile is being read; `live`: all that the page raises is heard. */
type Phase = { readonly name: 'away' } | Present;
interface Present {
  readonly name: 'behind' | 'live';
  readonly readyAtMs: number;
}

/** What came in while a page was on its way out may have been lost with it: so much of its end is in doubt (H11). */
const IN_DOUBT_MS = 10_000;
/** And so much before that is looked through again: times are whole seconds, by clocks that are not ours. */
const MARGIN_MS = 300_000;
const AWAY: Phase = { name: 'away' };

/** Whoever ends the account calls `stop`. */
export class ReceiveWatermark {
  readonly #options: HearingOptions;
  #phase: Phase = AWAY;
  #heardUntil: HeardUntil;
  /** Until when an earlier link of this run was heard; null when there was none. */
  #unlinkedAtMs: number | null = null;

  constructor(options: HearingOptions) {
    this.#options = options;
    this.#heardUntil = options.heardUntil;
  }

  /** False as long as no link was ever seen to work: there is nothing to note. */
  get hasBegun(): boolean {
    return this.#heardUntil !== null;
  }

  /** A page is ready: what came in while nobody listened is told of, and then what it raises. */
  ready(readyAtMs: number): void {
    const phase: Present = { name: 'behind', readyAtMs };
    this.#phase = phase;
    this.#catchUp(phase).catch((error: unknown) =>
      this.#options.log.error('backfill.failed', { err: error }),
    );
  }

  /**
   * The disk has refused events and takes them again: what was lost so is read out of the page.
   * @param refusedFromMs since when, ms since 1970
   */
  again(refusedFromMs: number): void {
    if (this.#phase.name === 'live') this.#heardAtLeast(refusedFromMs);
    if (this.#phase.name !== 'away') this.ready(this.#phase.readyAtMs);
  }

  /** The page is not ready any more. */
  left(): void {
    this.#options.backfill.stop();
    if (this.#phase.name === 'live')
      this.#heardAtLeast(Math.max(this.#phase.readyAtMs, Date.now() - IN_DOUBT_MS));
    this.#phase = AWAY;
  }

  /** The link is gone, and with it whatever comes until there is another. */
  unlinked(): void {
    if (typeof this.#heardUntil === 'number') this.#unlinkedAtMs = this.#heardUntil;
    this.#heardUntil = null;
  }

  #heardAtLeast(untilMs: number): void {
    this.#heardUntil = typeof this.#heardUntil === 'number' ? Math.max(this.#heardUntil, untilMs) : untilMs;
  }

  /**
   * Notes beside the profile that there is a session, whose it is, and until when everything was heard.
   * @throws Fault disk_full, permission_denied
   */
  async mark({ wid }: Linked): Promise<void> {
    const { dir } = this.#options;
    const linkedAt = (await readMarker(dir))?.linkedAt ?? new Date().toISOString();
    this.#heardUntil ??= Date.parse(linkedAt);
    // While it is still being caught up with, what came before is not told of yet.
    const until = this.#phase.name === 'live' ? Date.now() - IN_DOUBT_MS : this.#heardUntil;
    const lastSeenAt = until === 'unknown' ? null : isoTime(until);
    await writeMarker(dir, { linkedAt, wid, lastSeenAt });
  }

  stop(): void {
    this.#options.backfill.stop();
  }

  /** What predates the link is nobody's business. */
  async #catchUp(phase: Present): Promise<void> {
    const { dir, feed, backfill } = this.#options;
    const { readyAtMs } = phase;
    const linkedAtMs = Date.parse((await readMarker(dir))?.linkedAt ?? isoTime(readyAtMs));
    if (this.#phase !== phase) return;
    if (this.#heardUntil === 'unknown')
      feed.append('gap', { reason: 'adopted', since: null, until: isoTime(linkedAtMs) });
    const heardUntilMs = typeof this.#heardUntil === 'number' ? this.#heardUntil : linkedAtMs;
    this.#heardUntil = heardUntilMs;
    if (this.#unlinkedAtMs !== null) {
      // A phone hands its history to a new link without a word on what is new in it.
      const since = isoTime(this.#unlinkedAtMs);
      feed.append('gap', { reason: 'unlinked', since, until: isoTime(linkedAtMs) });
      this.#unlinkedAtMs = null;
    }
    backfill.start(Math.max(linkedAtMs, heardUntilMs - MARGIN_MS), () => {
      this.#heardUntil = Math.max(heardUntilMs, readyAtMs);
      this.#phase = { name: 'live', readyAtMs };
    });
  }
}
