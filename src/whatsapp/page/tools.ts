// Runs in the page: helpers shared by our other functions there. Each `make…` of this folder is sent as text and
// assembled again inside the page (whatsapp/requests/page-rpc.ts), so it uses nothing but its arguments and `window`.
import type { FaultKind } from '../../protocol/fault-table.js';
import type { postStatus } from '../compat/d5-status-post.js';
import type { whomToBlock } from '../compat/d6-contact-block.js';
import type { changePeople, describeGroup } from '../compat/d6-group-admin.js';
import type { postedMedia } from '../compat/d8-channel-media.js';
import type { previewFor } from '../compat/d8-channel-preview.js';
import type { PageChat, PageModel, PageWid, PageWindow } from './page-window.js';

declare const window: PageWindow;

/** Thrown by our functions in the page: a fault of our table, by its kind. */
export interface Refusal {
  readonly refused: FaultKind;
  readonly why: string;
  /** Additional data for programs. */
  readonly more?: Readonly<Record<string, unknown>> | undefined;
}

type WidLike = PageWid | string | null | undefined;

export function makeTools() {
  const attempt = <T>(get: () => T): T | null => {
    try {
      return get() ?? null;
    } catch {
      return null;
    }
  };
  const refuse = (refused: FaultKind, why: string, more?: Refusal['more']): never => {
    throw { refused, why, more } satisfies Refusal;
  };

  const text = (wid: WidLike): string => {
    const whole = typeof wid === 'string' ? wid : wid?._serialized;
    return typeof whole === 'string' ? whole : '';
  };
  const createWid = (id: string): PageWid => window.require('WAWebWidFactory').createWid(id) as PageWid;
  const isPerson = (id: string): boolean => /@(c\.us|lid)$/.test(id);
  const isGroup = (id: string): boolean => id.endsWith('@g.us');

  /** Both identities of a person, as far as the page knows them without a query. */
  const pair = (like: WidLike): { pn: string | null; lid: string | null } => {
    const id = text(like);
    if (!isPerson(id)) return { pn: null, lid: null };
    const wid = createWid(id);
    const api = window.require('WAWebApiContact');
    return id.endsWith('@lid')
      ? { pn: text(attempt(() => api.getPhoneNumber(wid) as WidLike)) || null, lid: id }
      : { pn: id, lid: text(attempt(() => api.getCurrentLid(wid) as WidLike)) || null };
  };
  const identity = (like: WidLike) => {
    const { pn, lid } = pair(like);
    return { id: text(like), phone: pn === null ? null : pn.replace(/[:@].*$/, ''), lid };
  };
  const NOTICES = [
    ...['e2e_notification', 'protocol', 'notification', 'notification_template', 'broadcast_notification'],
    ...['newsletter_notification', 'debug', 'gp2'],
  ];
  /** A line of the page in a chat, which nobody wrote. Its models do not say so since WAWebMsgGetters has getIsNotification. */
  const isNotice = (msg: { readonly type: string }): boolean =>
    attempt(() => NOTICES.includes(msg.type)) === true;
  /** Every id under which the page may store a person or group. */
  const names = (id: string): string[] => {
    const { pn, lid } = pair(id);
    return [...new Set([id, pn, lid].filter((one): one is string => one !== null))];
  };
  const isMe = (id: WidLike): boolean => {
    const me = window.require('WAWebUserPrefsMeUser');
    const mine = [me.getMaybeMePnUser(), me.getMaybeMeLidUser()].map((wid: WidLike) => text(wid));
    return text(id) !== '' && mine.includes(text(id));
  };

  /** An existing chat, under either identity; none is created. */
  const findChat = (id: string): PageChat | null => {
    const { Chat } = window.require('WAWebCollections');
    for (const name of names(id)) {
      const chat = (Chat.get(createWid(name)) ?? Chat.get(name)) as PageChat | undefined;
      if (chat) return chat;
    }
    return null;
  };
  const chat = (id: string): PageChat =>
    findChat(id) ?? refuse('no_such_chat', `There is no chat with ${id.replace(/@c\.us$/, '')}.`);

  /** A channel that the page has. Channels are in a collection of their own, WAWebNewsletterCollection. */
  const findChannel = (id: string): PageChat | null =>
    (window.require('WAWebCollections').WAWebNewsletterCollection.getModelsArray() as PageChat[]).find(
      (one) => text(one.id) === id,
    ) ?? null;
  /** What the page calls the role of this account in a channel (WAWebCommonNewsletterEnums). */
  const roleIn = (id: string): string =>
    String(attempt(() => findChannel(id)?.newsletterMetadata?.membershipType as unknown));
  /** The channel, where this account has one of these roles. */
  const ledChannel = (id: string, roles: readonly string[], why: string): PageChat => {
    const one = findChannel(id);
    return one && roles.includes(roleIn(id)) ? one : refuse('not_allowed', why);
  };
  /** The wid of a person whose LID the page knows then, if there is one: requests about the admins of channels name people by it. */
  const widWithLid = async (id: string): Promise<PageWid> => {
    if (pair(id).lid === null) await window.require('WAWebQueryExistsJob').queryWidExists(createWid(id));
    return createWid(id);
  };

  /** Whether this account is a member of a group; null when the known ids do not decide it. */
  const amMember = (people: readonly PageModel[]): boolean | null => {
    const me = window.require('WAWebUserPrefsMeUser');
    const mine = [me.getMaybeMePnUser(), me.getMaybeMeLidUser()].map((wid: WidLike) => text(wid));
    const ids = people.map((one) => text(one.id as WidLike));
    if (ids.some((id) => mine.includes(id))) return true;
    const server = (id: string): string => id.replace(/^.*@/, '');
    return ids.some((id) => mine.some((my) => my !== '' && server(my) === server(id))) ? false : null;
  };

  /** Whether the server's error says that there is no such group, or that this account is not in it. */
  const isGone = (error: unknown): boolean => {
    const { status, statusCode } = (error ?? {}) as { status?: unknown; statusCode?: unknown };
    return [401, 403, 404, 410].includes(Number(statusCode ?? status));
  };

  /**
   * Refuses a group to which nothing can be sent. A group that the page does not have is queried: the library would create a
   * chat for any id, and the server accepts messages to it.
   */
  const refuseClosed = async (id: string): Promise<void> => {
    if (!isGroup(id)) return;
    const known = findChat(id);
    const people = attempt(() => known?.groupMetadata?.participants.getModelsArray() as PageModel[]) ?? [];
    if (!known?.groupMetadata) {
      const why = `There is no group ${id}, or this account was never in it.`;
      const query = attempt(() => window.require('WAWebGroupQueryJob').queryAndUpdateGroupMetadataById);
      if (typeof query !== 'function') refuse('no_such_chat', why);
      try {
        await query({ id });
      } catch (error) {
        // After any other error the group may exist.
        if (isGone(error)) refuse('no_such_chat', why);
      }
      return;
    }
    if (amMember(people) === false) refuse('not_allowed', `This account is not in the group ${id} any more.`);
    const isAdmin = people.some(
      (one) => isMe(one.id as WidLike) && (one.isAdmin === true || one.isSuperAdmin === true),
    );
    if (known.groupMetadata.announce === true && amMember(people) === true && !isAdmin)
      refuse('not_allowed', `In the group ${id} only admins may send.`);
  };

  /** The name of a person or group. A saved name counts first: it may be in the contact of the other identity only. */
  const nameOf = (like: WidLike): string => {
    const id = text(like);
    const { Contact } = window.require('WAWebCollections');
    const found = names(id).map((one) => Contact.get(one) as PageModel | undefined);
    for (const field of ['name', 'verifiedName', 'pushname'])
      for (const contact of found) {
        const name = contact?.[field];
        if (typeof name === 'string' && name !== '') return name;
      }
    const { phone } = identity(id);
    return phone === null ? id : `+${phone}`;
  };

  /**
   * The names that the page knows of a person or group, without a query: the saved name, the verified name of a business or the
   * subject of a group, and the name that a person gives themselves (WAWebContactModel, 2026-04-27). Senders control some of
   * them.
   */
  const called = (like: WidLike): { name: string | null; pushname: string | null } => {
    const id = text(like);
    const { Contact, Chat } = window.require('WAWebCollections');
    const short = (value: unknown): string | null =>
      typeof value === 'string' && value !== '' ? value.slice(0, 256) : null;
    const found = (attempt(() => names(id)) ?? [id]).map(
      (one) => attempt(() => Contact.get(one) as PageModel | undefined) ?? {},
    );
    const first = (get: (one: PageModel) => unknown): string | null =>
      found.map((one) => short(attempt(() => get(one)))).find((name) => name !== null) ?? null;
    if (isGroup(id)) {
      const group = attempt(() => Chat.get(createWid(id)) as PageModel | undefined) ?? {};
      return { name: short(attempt(() => group.name)) ?? first((one) => one.name), pushname: null };
    }
    return {
      name: first((one) => one.name) ?? first((one) => one.verifiedName),
      pushname: first((one) => one.pushname),
    };
  };

  /** True when the block list has exactly this id. */
  const isBlocked = (name: string): boolean =>
    attempt(() => Boolean(window.require('WAWebCollections').Blocklist.get(name))) === true;
  /** After how many seconds new messages of a chat disappear; 0: they stay. A group has it in its metadata (WAWebChatEphemerality). */
  const disappearingS = (chat: PageChat): number => {
    const of = isGroup(text(chat.id)) ? (chat.groupMetadata as PageModel | undefined) : chat;
    const seconds = of?.ephemeralDuration;
    return Number.isSafeInteger(seconds) ? Math.max(seconds as number, 0) : 0;
  };

  /** Waits until the page shows a change; false when it does not within `ms`. */
  const until = async (shows: () => boolean, ms = 5_000): Promise<boolean> => {
    for (const end = Date.now() + ms; Date.now() < end; ) {
      if (attempt(shows) === true) return true;
      await new Promise((resolve) => window.setTimeout(() => resolve(null), 50));
    }
    return attempt(shows) === true;
  };
  const confirmed = async (what: string, shows: () => boolean): Promise<void> => {
    if (!(await until(shows)))
      refuse('page_error', `WhatsApp Web accepted the request but did not carry it out: ${what}.`);
  };
  /**
   * Waits for a promise of the page, for a limited time. The promises of receipts, of changes of the account's own data and
   * of GraphQL settle when the server has answered, which it may never do (WAWebUpdateUnreadChatAction,
   * WAWebChatArchiveBridge, WAWebMexFetchGroupInviteCodeJob; 2026-04-27). @param kind the fault when no answer came
   */
  const answered = async <T>(kind: FaultKind, what: string, promise: Promise<T>, ms = 15_000): Promise<T> => {
    const late = {};
    const end = await Promise.race([
      promise,
      new Promise<object>((resolve) => window.setTimeout(() => resolve(late), ms)),
    ]);
    if (end === late) refuse(kind, `WhatsApp's server did not answer within ${ms / 1000} s: ${what}.`);
    return end as T;
  };
  /** ISO 8601, up to the year 9999: other programs cannot read later dates. */
  const instant = (seconds: unknown): string | null =>
    typeof seconds === 'number' && seconds > 0 && seconds <= 253_402_300_799
      ? new Date(seconds * 1000).toISOString()
      : null;
  const word = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
  const count = (value: unknown): number => (Number.isSafeInteger(value) ? (value as number) : 0);
  const part = <T>(
    all: readonly T[],
    { limit = 100, offset = 0 }: { limit?: number | undefined; offset?: number | undefined },
  ): T[] => all.slice(offset, offset + limit);
  /** True when the name or the number contains the query. */
  const matches = (query: string | undefined, name: string, phone: string | null): boolean => {
    if (query === undefined) return true;
    const digits = query.replace(/\D/g, '');
    return (
      name.toLowerCase().includes(query.toLowerCase()) ||
      (digits.length > 2 && phone !== null && phone.includes(digits))
    );
  };

  return {
    attempt,
    refuse,
    text,
    createWid,
    isPerson,
    isGroup,
    isNotice,
    pair,
    identity,
    names,
    isMe,
    findChat,
    chat,
    findChannel,
    roleIn,
    ledChannel,
    widWithLid,
    amMember,
    isGone,
    refuseClosed,
    nameOf,
    called,
    isBlocked,
    disappearingS,
    until,
    confirmed,
    answered,
    instant,
    word,
    count,
    part,
    matches,
  };
}

export type BaseTools = ReturnType<typeof makeTools>;

/** Functions of whatsapp/compat that are called instead of the page's own. */
export interface Mended {
  readonly describeGroup: typeof describeGroup;
  readonly changePeople: typeof changePeople;
  readonly postedMedia: typeof postedMedia;
  readonly postStatus: typeof postStatus;
  readonly previewFor: typeof previewFor;
  readonly whomToBlock: typeof whomToBlock;
}
