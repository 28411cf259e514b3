// The people whose presence is reported. A subscription belongs to one page, so it is made again with each page that is
// ready. They are kept in memory: after a restart of the daemon nobody is subscribed to.
import { Fault } from '../../protocol/fault.js';
import type { Log } from '../../protocol/log.js';
import { MAX_SUBSCRIBED, type Watched } from '../../protocol/methods/presence.js';
import type { ChatId } from '../../protocol/wid.js';
import type { PresencePage } from '../../session/page-port.js';

/** Nothing to close. */
export class PresenceSubscriptions {
  readonly #page: () => PresencePage;
  readonly #log: Log;
  /** By the id of the chat. */
  readonly #people = new Map<string, { readonly as: ChatId; readonly who: Watched }>();

  /** @param page of the current client. @throws Fault not_ready when there is none */
  constructor(page: () => PresencePage, log: Log) {
    this.#page = page;
    this.#log = log;
  }

  get people(): Watched[] {
    return [...this.#people.values()].map(({ who }) => who);
  }

  /** @throws (rejects) Fault not_allowed when there are too many, no_such_chat */
  async add(as: ChatId): Promise<void> {
    if (this.#people.size >= MAX_SUBSCRIBED && !this.#isKnown(as))
      throw new Fault('not_allowed', {
        reason: `The presence of ${MAX_SUBSCRIBED} people is reported already, the most that are allowed.`,
        hint: null,
      });
    const who = await this.#page().subscribe(as);
    this.#people.set(who.id, { as, who });
  }

  /** Ends it for whoever has this id, under either identity. */
  async remove(as: ChatId): Promise<void> {
    for (const [id, one] of this.#people) if (this.#isMeant(one, as)) this.#people.delete(id);
    await this.#page().unsubscribe(as);
  }

  /** Subscribes again, on a new page. Never rejects. */
  async ready(): Promise<void> {
    for (const { as } of [...this.#people.values()])
      try {
        await this.#page().subscribe(as);
      } catch (error) {
        this.#log.debug('presence.subscribe', { err: error });
      }
  }

  /** The people belong to the linked account. */
  clear(): void {
    this.#people.clear();
  }

  #isMeant({ as, who }: { readonly as: ChatId; readonly who: Watched }, id: ChatId): boolean {
    return as === id || who.id === id || who.lid === id || `${who.phone}@c.us` === id;
  }

  #isKnown(id: ChatId): boolean {
    return [...this.#people.values()].some((one) => this.#isMeant(one, id));
  }
}
