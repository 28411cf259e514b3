// Caches the page's answers about recipients: whether a chat with them existed before, and whether a
// restricted account may write to them. One cache per account, with expiry.
import type { Log } from '../../protocol/log.js';
import { type Addressee, isGroupId, isPostId } from '../../protocol/wid.js';
import { holdsNewChats, type Restriction } from '../../session/restriction.js';
import { askForEach, type SendingPage } from './sending-page.js';

export interface RecipientCacheOptions {
  readonly page: Pick<SendingPage, 'knowsChat' | 'mayWrite'>;
  /** What WhatsApp currently forbids the account. */
  readonly restriction: () => Restriction | null;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** How long a person counts as a stranger when the page could not answer. */
const GUESS_MS = 15_000;
/**
 * How long a chat of a restricted account counts as closed. When the person writes, the
 * page is asked again at once.
 */
const CLOSED_MS = 600_000;
/** An upper bound, above any realistic number of waiting people. */
const REMEMBERED = 100_000;

interface CachedAnswer {
  readonly yes: boolean;
  readonly untilMs: number;
}

/** Nothing to close. */
export class RecipientCache {
  readonly #options: RecipientCacheOptions;
  readonly #hasChat = new Map<Addressee, CachedAnswer>();
  readonly #mayWrite = new Map<Addressee, CachedAnswer>();
  /** People about whom the page is being asked. A person who is removed meanwhile is asked about again. */
  readonly #asking = new Set<Addressee>();
  /** The account that the cache belongs to. */
  #wid: string | null = null;

  constructor(options: RecipientCacheOptions) {
    this.#options = options;
  }

  /** Clears the cache when another account is linked. */
  useAccount(wid: string): void {
    if (wid !== this.#wid) {
      this.#hasChat.clear();
      this.#mayWrite.clear();
    }
    this.#wid = wid;
  }

  /** Whether there was a chat before; null: the page has to be asked. */
  hasChat(lane: Addressee): boolean | null {
    return this.#fresh(this.#hasChat, lane);
  }

  /** Whether a restricted account may write there; null: the page has to be asked. */
  mayWrite(lane: Addressee): boolean | null {
    return this.#fresh(this.#mayWrite, lane);
  }

  /**
   * Until when the answer of `mayWrite` holds, ms since 1970; Infinity when it has none, or it does not expire.
   */
  mayWriteUntilMs(lane: Addressee): number {
    return this.#mayWrite.get(lane)?.untilMs ?? Infinity;
  }

  /** Records that a message was sent there. */
  sentTo(lane: Addressee): void {
    this.#hasChat.set(lane, { yes: true, untilMs: Infinity });
  }

  /** Records that the account is not restricted. */
  unrestricted(): void {
    this.#mayWrite.clear();
  }

  /**
   * Forgets that somebody is a stranger or may not be written to, because they have written since or turned
   * out to have another identity. A pending answer is ignored as well: the page may have given it before.
   * @returns whether the lane needs another scan
   */
  reconsider(lane: Addressee): boolean {
    this.#asking.delete(lane);
    const closed = this.#mayWrite.get(lane)?.yes === false && this.#mayWrite.delete(lane);
    const unknown = this.#hasChat.get(lane)?.yes === false && this.#hasChat.delete(lane);
    return closed || unknown;
  }

  /** Asks the page about these people. Never rejects. */
  async ask(lanes: readonly Addressee[]): Promise<void> {
    const { page, log, now } = this.#options;
    const wid = this.#wid;
    const isRestricted = holdsNewChats(this.#options.restriction());
    // When the page does not answer, it is asked again later.
    const guess = (event: string) => (error: unknown) => {
      log.debug(event, { err: error });
      return { yes: false, untilMs: now() + GUESS_MS };
    };
    await askForEach(lanes, async (lane) => {
      this.#asking.add(lane);
      const open = isRestricted
        ? await page
            .mayWrite(lane)
            .then((yes) => ({ yes, untilMs: yes ? Infinity : now() + CLOSED_MS }), guess('outbox.reach'))
        : null;
      const known = await page
        .knowsChat(lane)
        .then((yes) => ({ yes, untilMs: Infinity }), guess('outbox.stranger'));
      // Another account may have been linked meanwhile, or the person may have written.
      if (!this.#asking.delete(lane) || this.#wid !== wid) return;
      if (open !== null) this.#mayWrite.set(lane, open);
      this.#hasChat.set(lane, known);
    });
    for (const answers of [this.#hasChat, this.#mayWrite]) if (answers.size > REMEMBERED) answers.clear();
  }

  #fresh(answers: ReadonlyMap<Addressee, CachedAnswer>, lane: Addressee): boolean | null {
    const answer = answers.get(lane);
    return answer === undefined || answer.untilMs <= this.#options.now() ? null : answer.yes;
  }
}

/** A group or a post: no stranger is addressed there. */
export const isNobody = (lane: Addressee): boolean => isGroupId(lane) || isPostId(lane);
