// Our functions in the page, and the one way to call them. Each call is bounded, is refused when the page
// lacks a need, and turns every failure into a Fault. The functions are installed again in each document.
import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from 'puppeteer';
import { Fault } from '../../protocol/fault.js';
import { type FaultKind, isFaultKind } from '../../protocol/fault-table.js';
import type { Log } from '../../protocol/log.js';
import { ACTION_CAPABILITIES, type ActionCapability } from '../capabilities/actions.js';
import { LASTS_MS } from '../capabilities/needs.js';
import { postStatus } from '../compat/d5-status-post.js';
import { whomToBlock } from '../compat/d6-contact-block.js';
import { changePeople, describeGroup } from '../compat/d6-group-admin.js';
import { postedMedia } from '../compat/d8-channel-media.js';
import { previewFor } from '../compat/d8-channel-preview.js';
import { within } from '../failures/deadline.js';
import { isDetached, isNavigation, isReplaced, pageTrouble } from '../failures/errors.js';
import { modulesIn } from '../failures/explain.js';
import { makeActs } from '../page/acts.js';
import { makeAddressBook } from '../page/address-book.js';
import { makeAttendance } from '../page/attendance.js';
import { makeCalls } from '../page/calls.js';
import { makeChannelAdmins } from '../page/channel-admins.js';
import { makeChannelInvites } from '../page/channel-invites.js';
import { makeChannels } from '../page/channels.js';
import { makeChatChanges } from '../page/chat-changes.js';
import { makeChats } from '../page/chats.js';
import { makeChoices } from '../page/choices.js';
import { makeCommunities } from '../page/communities.js';
import { makeContacts } from '../page/contacts.js';
import { makeEarlier } from '../page/earlier.js';
import { makeGroups } from '../page/groups.js';
import { makeHistory } from '../page/history.js';
import { makeIncoming } from '../page/incoming.js';
import { makeJoining } from '../page/joining.js';
import { makeKept } from '../page/kept.js';
import { makeKnownLabels } from '../page/known-labels.js';
import { makeLabels } from '../page/labels.js';
import { makeMembers } from '../page/members.js';
import { makeMessages } from '../page/messages.js';
import { makeMissed } from '../page/missed.js';
import { makeOutgoing } from '../page/outgoing.js';
import { withOwnId } from '../page/own-id.js';
import { makeOwn, type Own } from '../page/own-message.js';
import { makeOwnedChannels } from '../page/owned-channels.js';
import type { PageWindow } from '../page/page-window.js';
import { makePolls } from '../page/polls.js';
import { makePosts } from '../page/posts.js';
import { makeProfiles } from '../page/profiles.js';
import { makeReceipts } from '../page/receipts.js';
import { makeSearches } from '../page/searches.js';
import { makeStatuses } from '../page/statuses.js';
import { makeSubscriptions } from '../page/subscriptions.js';
import { type Mended, makeTools } from '../page/tools.js';

declare const window: PageWindow;

const PARTS = {
  acts: makeActs,
  addressBook: makeAddressBook,
  attendance: makeAttendance,
  calls: makeCalls,
  channelAdmins: makeChannelAdmins,
  channels: makeChannels,
  chatChanges: makeChatChanges,
  chats: makeChats,
  communities: makeCommunities,
  contacts: makeContacts,
  groups: makeGroups,
  history: makeHistory,
  incoming: makeIncoming,
  joining: makeJoining,
  kept: makeKept,
  labels: makeLabels,
  missed: makeMissed,
  outgoing: makeOutgoing,
  ownedChannels: makeOwnedChannels,
  polls: makePolls,
  profiles: makeProfiles,
  receipts: makeReceipts,
  searches: makeSearches,
  statuses: makeStatuses,
  subscriptions: makeSubscriptions,
};
const MENDED: Mended = { changePeople, describeGroup, postedMedia, postStatus, previewFor, whomToBlock };
type Parts = { readonly [N in keyof typeof PARTS]: ReturnType<(typeof PARTS)[N]> } & { readonly own: Own };
type Verbs<N extends keyof Parts> = {
  // biome-ignore lint/suspicious/noExplicitAny: any function will do
  [V in keyof Parts[N]]: Parts[N][V] extends (...args: any[]) => unknown ? V : never;
}[keyof Parts[N]];
type Call<N extends keyof Parts, V extends keyof Parts[N]> = Extract<
  Parts[N][V],
  // biome-ignore lint/suspicious/noExplicitAny: likewise
  (...args: any[]) => unknown
>;

type Result<N extends keyof Parts, V extends keyof Parts[N]> = Awaited<ReturnType<Call<N, V>>>;

/** The result of a call to the page. */
type Answer =
  | { readonly is: 'done'; readonly value: unknown }
  | { readonly is: 'lacking'; readonly modules: readonly string[] }
  | {
      readonly is: 'refused';
      readonly kind: string;
      readonly why: string;
      readonly more?: Readonly<Record<string, unknown>> | undefined;
    }
  | {
      readonly is: 'threw';
      readonly error: string;
      readonly status: number | null;
      readonly at: string;
      readonly asked: readonly string[];
    }
  | { readonly is: 'absent' };

interface PageCall {
  readonly capability: ActionCapability | null;
  readonly noun: string;
  readonly verb: string;
  readonly args: readonly unknown[];
  readonly ms: number;
}

export interface PageRpcOptions {
  /** @throws Fault while there is no page */
  readonly page: () => Page;
  /** WhatsApp Web's build. */
  readonly build: () => string | null;
  readonly log: Log;
}

/** A `look` is answered from the page's memory, or with one query to the server. */
const LOOK_MS = 20_000;
/** An `act` is confirmed by the page within five seconds after the server has answered. */
const ACT_MS = 40_000;
/** How long to wait for a document that is being loaded. */
const LOAD_MS = 15_000;
const LOAD_LOOK_MS = 100;
/** How often the main frame may be detached during one call before we give up. */
const MAX_DETACHED = 20;

/** The functions as text, assembled in the page: a function that is sent to the page cannot call others of ours. */
const source = (): string => {
  const parts = Object.entries(PARTS).map(
    ([name, make]) => `${name}: (${make})(tools, mended, posts, own, choices, invites)`,
  );
  const mended = Object.entries(MENDED).map(([name, act]) => `${name}: ${act}`);
  return `(() => {
    const base = (${makeTools})();
    const tools = {
      ...base, ...(${makeEarlier})(base), ...(${makeMessages})(base), ...(${makeMembers})(base), ...(${makeKnownLabels})(base),
    };
    const mended = { ${mended.join(', ')} };
    const posts = (${makePosts})(tools, mended, ${withOwnId});
    const own = (${makeOwn})(tools, mended);
    const choices = (${makeChoices})(tools);
    const invites = (${makeChannelInvites})(tools);
    if (window.__wad) window.__wad.rpc = { tools, own, ${parts.join(', ')} };
  })()`;
};

export class PageRpc {
  readonly #options: PageRpcOptions;

  constructor(options: PageRpcOptions) {
    this.#options = options;
  }

  /** Installs the functions, once per document. @throws when the document went away meanwhile */
  static async install(page: Page): Promise<void> {
    await page.evaluate(source());
  }

  /** A call that changes nothing; it is repeated when the document goes away during it. @throws Fault */
  async look<N extends keyof Parts, V extends Verbs<N>>(
    capability: ActionCapability | null,
    noun: N,
    verb: V,
    ...args: Parameters<Call<N, V>>
  ): Promise<Result<N, V>> {
    const call = { capability, noun, verb: String(verb), args, ms: LOOK_MS };
    let detached = 0;
    for (const until = performance.now() + LOAD_MS; ; ) {
      try {
        return await this.#whenLoaded(call, until);
      } catch (error) {
        if (error instanceof Fault || !isNavigation(error)) throw unanswered(error);
        if (isDetached(error)) detached += 1;
        if (performance.now() > until || detached > MAX_DETACHED || this.#options.page().isClosed())
          throw new Loading();
      }
      // A frame that is gone rejects at once, without a turn of the event loop.
      await delay(LOAD_LOOK_MS);
    }
  }

  /**
   * A step of a task that is bound to one document; never repeated in another one. @throws Fault not_ready
   * when the document is gone
   */
  async step<N extends keyof Parts, V extends Verbs<N>>(
    capability: ActionCapability | null,
    noun: N,
    verb: V,
    ...args: Parameters<Call<N, V>>
  ): Promise<Result<N, V>> {
    return this.#step<Result<N, V>>({ capability, noun, verb: String(verb), args, ms: LOOK_MS });
  }

  /** A step that changes nothing and needs no capability, within its own time limit. @throws Fault */
  async read<N extends keyof Parts, V extends Verbs<N>>(
    ms: number,
    noun: N,
    verb: V,
    ...args: Parameters<Call<N, V>>
  ): Promise<Result<N, V>> {
    return this.#step<Result<N, V>>({ capability: null, noun, verb: String(verb), args, ms });
  }

  async #step<T>(call: PageCall): Promise<T> {
    try {
      return await this.#call<T>(call);
    } catch (error) {
      throw unanswered(error);
    }
  }

  /** A call that changes something; without an answer in time the outcome is unknown. @throws Fault */
  async act<N extends keyof Parts, V extends Verbs<N>>(
    capability: ActionCapability,
    noun: N,
    verb: V,
    ...args: Parameters<Call<N, V>>
  ): Promise<Result<N, V>> {
    const call = { capability, noun, verb: String(verb), args, ms: ACT_MS };
    try {
      return await this.#whenLoaded(call, performance.now() + LOAD_MS);
    } catch (error) {
      if (error instanceof Fault) throw error;
      const reason = pageTrouble(error);
      throw new Fault('outcome_unknown', { reason, hint: null, outcome: 'unknown', cause: error });
    }
  }

  /**
   * Waits for our functions while a document loads; until then nothing was called. @throws the error of the
   * page or puppeteer; Fault
   */
  async #whenLoaded<T>(call: PageCall, untilMs: number): Promise<T> {
    for (;;) {
      try {
        return await this.#call<T>(call);
      } catch (error) {
        if (!(error instanceof Loading) || performance.now() > untilMs) throw error;
      }
      await delay(LOAD_LOOK_MS);
    }
  }

  /** @throws puppeteer's error when there was no answer; Fault for an error that the page returned */
  async #call<T>({ capability, noun, verb, args, ms }: PageCall): Promise<T> {
    const page = this.#options.page();
    const what = `${noun}.${verb}`;
    const needs = capability === null ? [] : ACTION_CAPABILITIES[capability];
    const answer = await within(ms, page.evaluate(callKit, noun, verb, args, needs, LASTS_MS), what);
    if (answer.is === 'done') return answer.value as T;
    throw this.#fault(capability, what, answer);
  }

  #fault(capability: ActionCapability | null, what: string, answer: Exclude<Answer, { is: 'done' }>): Fault {
    const { build, log } = this.#options;
    switch (answer.is) {
      case 'absent':
        return new Loading();
      case 'lacking': {
        const gone = answer.modules.join(', ');
        const reason = `${capability} is missing: WhatsApp Web ${build() ?? ''} has no ${gone}.`;
        return new Fault('unsupported_now', {
          reason,
          more: { capability: capability, modules: answer.modules },
        });
      }
      case 'refused':
        return new Fault(isFaultKind(answer.kind) ? answer.kind : 'page_error', {
          reason: answer.why,
          hint: null,
          ...(answer.kind === 'outcome_unknown' && { outcome: 'unknown' }),
          ...(answer.more && { more: answer.more }),
        });
      case 'threw': {
        // Errors of the page are minified (D7), so the place of an error is more useful than its text.
        log.warn('whatsapp.page-refused', { what, error: answer.error, at: answer.at, build: build() });
        const modules = [...new Set([...modulesIn(answer.at), ...answer.asked])].join(', ');
        const where = modules === '' ? what : `${what} at ${modules}`;
        const reason = `WhatsApp Web: ${answer.error} (${where}, ${build() ?? 'unknown build'}).`;
        return new Fault(kindOf(answer.status), { reason });
      }
    }
  }
}

/** The document does not have our functions yet, so nothing was called. */
class Loading extends Fault {
  constructor() {
    super('not_ready', { reason: 'WhatsApp Web is loading.' });
  }
}

/** The fault for a call without an answer that changed nothing. */
function unanswered(error: unknown): Fault {
  if (error instanceof Fault) return error;
  const kind = isReplaced(error) ? 'not_ready' : 'page_error';
  return new Fault(kind, { reason: pageTrouble(error), hint: null, cause: error });
}

/** The faults of WhatsApp's status codes. */
function kindOf(status: number | null): FaultKind {
  if (status === 401 || status === 403 || status === 405) return 'not_allowed';
  if (status === 404 || status === 410) return 'no_such_chat';
  if (status === 429) return 'whatsapp_limit';
  return 'page_error';
}

/** Runs in the page. */
async function callKit(
  noun: string,
  verb: string,
  args: readonly unknown[],
  needs: readonly string[],
  lastsMs: number,
): Promise<Answer> {
  const rpc = window.__wad?.rpc as
    | Record<string, Record<string, (...args: unknown[]) => unknown>>
    | undefined;
  const verbs = rpc?.[noun];
  if (!rpc || !verbs?.[verb] || window.WWebJS === undefined) return { is: 'absent' };
  await window.__wad?.load?.(needs);
  const gone = (await window.__wad?.lackingFor?.(needs, lastsMs)) ?? [];
  if (gone.length > 0) return { is: 'lacking', modules: gone };
  try {
    return { is: 'done', value: await verbs[verb](...args) };
  } catch (thrown) {
    const { refused, why, more, name, message, stack, status, statusCode } = (thrown ?? {}) as Record<
      string,
      unknown
    >;
    if (typeof refused === 'string')
      return {
        is: 'refused',
        kind: refused,
        why: String(why),
        more: more as Readonly<Record<string, unknown>>,
      };
    const code = Number(statusCode ?? status);
    return {
      is: 'threw',
      error: (message === undefined ? String(thrown) : `${name}: ${message}`).slice(0, 300),
      status: Number.isInteger(code) && code > 0 ? code : null,
      at: String(stack ?? '').slice(0, 600),
      asked: window.__wad?.asked.slice(-4) ?? [],
    };
  }
}
