// Runs in the page: reports the restrictions of its account, who can be written to under them, and the codes with which
// WhatsApp's server refuses messages. WAWebReachoutTimelockUtils, WAWebIndividualNewChatMessageCappingLimitUtils and
// WAWebSendMsgRecordAction, 2026-04-27.
import type { Limits } from '../../session/restriction.js';
import type { PageModel, PageWid, PageWindow } from './page-window.js';

declare const window: PageWindow;

/** Null when the page has no limits. It keeps a limit until it is notified otherwise, also past its end. */
export function readLimits(): Limits | null {
  const module = window.__wad?.require ?? window.require;
  const attempt = <T>(get: () => T): T | null => {
    try {
      return get() ?? null;
    } catch {
      return null;
    }
  };
  const prefs = attempt(() => module('WAWebUserPrefsIndexedDBStorage').userPrefsIdb);
  const key = attempt(() => module('WAWebReachoutTimelockUtils').REACHOUT_TIMELOCK_IDB_KEY);
  const capping = attempt(() => module('WAWebIndividualNewChatMessageCappingLimitUtils'));
  if (capping === null && (prefs === null || key === null)) return null;
  const lock = attempt(() => prefs.get(key) as { time_enforcement_ends?: unknown });
  const data = attempt(() => capping.getCappingData() as Record<string, unknown>);
  const whole = (value: unknown): number | null =>
    typeof value === 'number' && Number.isFinite(value) && value >= 0 ? Math.floor(value) : null;
  const total = whole(data?.total_quota);
  const status = String(data?.capping_status);
  const warned = ['FIRST_WARNING', 'SECOND_WARNING'].includes(status);
  const ends = whole(data?.cycle_end_timestamp) ?? 0;
  return {
    lockUntilMs: lock === null ? null : whole(lock.time_enforcement_ends),
    cap:
      // -1: no cap (devlikeapro/waha #2186); of an account without one the page keeps zeros.
      total === null || (total === 0 && status !== 'CAPPED')
        ? null
        : {
            level: status === 'CAPPED' ? 'used_up' : warned ? 'warned' : 'fine',
            used: Math.min(whole(data?.used_quota) ?? 0, total),
            total,
            untilMs: ends === 0 ? null : ends * 1000,
          },
  };
}

/**
 * Whether the page lets its account write there while it is restricted, by the rules of both restrictions. Where it has
 * neither, whether there is a chat: that is not known to be enough.
 */
export function mayWrite(chatId: string): boolean {
  const module = window.__wad?.require ?? window.require;
  type Rule = (who: { chat: PageModel | undefined; contact: PageModel }) => boolean;
  const attempt = <T>(get: () => T): T | null => {
    try {
      return get() ?? null;
    } catch {
      return null;
    }
  };
  const { Chat, Contact } = window.require('WAWebCollections') as {
    Chat: { get(wid: unknown): PageModel | undefined };
    Contact: { get(wid: unknown): PageModel | undefined };
  };
  const wid = window.require('WAWebWidFactory').createWid(chatId) as PageWid;
  const { getAlternateUserWid } = window.require('WAWebApiContact') as {
    getAlternateUserWid?: (wid: PageWid) => PageWid | null | undefined;
  };
  const other = attempt(() => getAlternateUserWid?.(wid));
  const wids = [wid, ...(other ? [other] : [])];
  const rules = [
    attempt(() => module('WAWebReachoutTimelockUtils').canSendMsgWhileTimelocked as Rule),
    attempt(() => module('WAWebIndividualNewChatMessageCappingLimitUtils').canSendMsgWhileCapped as Rule),
  ].filter((rule) => rule !== null);
  const chats = wids.map((one) => Chat.get(one)).filter((chat) => chat !== undefined);
  if (rules.length === 0) return chats.length > 0;
  // A person has one chat, under either identity; somebody the page has no contact of is new.
  const [chat] = chats;
  const contact =
    (chat?.contact as PageModel | undefined) ??
    wids.map((one) => Contact.get(one)).find((one) => one !== undefined);
  return contact !== undefined && rules.every((rule) => attempt(() => rule({ chat, contact })) !== false);
}

/**
 * Has the page ask the server for both, as it does at its start, within `ms`: what goes by GraphQL may never be answered.
 * What comes of it, the page raises as events.
 */
export async function refreshLimits(ms: number): Promise<void> {
  const module = window.__wad?.require ?? window.require;
  const ask = async (name: string, member: string): Promise<void> => {
    try {
      await (module(name) as Record<string, () => Promise<void>>)[member]?.();
    } catch {
      // The page has logged it, or lacks it; what it knew stands.
    }
  };
  await Promise.race([
    Promise.all([
      ask('WAWebGetReachoutTimelockJob', 'fetchReachoutTimelock'),
      ask('WAWebGetNewChatMessageCappingInfoJob', 'fetchOrUpdateCapStatus'),
    ]),
    new Promise((resolve) => window.setTimeout(() => resolve(null), ms)),
  ]);
}

/**
 * Tells when somebody gives the account a token of trust, once a document. People give it by writing, and it comes after
 * what they wrote: their WhatsApp issues it once the message has left (WAWebSendMsgJob, WAWebSetTcTokenChatAction;
 * 2026-04-27).
 */
export function tellTrust(): void {
  const marks = window.__wad;
  if (!marks || marks.tellsTrust) return;
  const { Chat } = window.require('WAWebCollections') as {
    Chat: { on(event: string, listener: (chat: PageModel) => void): void };
  };
  Chat.on('change:tcToken', (chat) => {
    const chatId = (chat.id as PageWid | undefined)?._serialized;
    if (chatId !== undefined) marks.tell({ kind: 'trusted', chatId });
  });
  marks.tellsTrust = true;
}

/**
 * Notes with which code the server refuses a message, once a document: the page puts none but 475 on it. The job that sends
 * it has its answer before the message shows anything.
 */
export function noteNacks(): void {
  type Send = ((
    record: { data?: { id?: { id?: unknown } } },
    ...more: unknown[]
  ) => Promise<{ error?: unknown } | undefined>) & { wad?: true };
  const module = window.require('WAWebSendMsgJob') as { encryptAndSendMsg: Send };
  const send = module.encryptAndSendMsg;
  if (send.wad) return;
  const wrapped: Send = async (record, ...more) => {
    const answer = await send.call(module, record, ...more);
    const id = record?.data?.id?.id;
    const code = Number(answer?.error ?? Number.NaN);
    const nacks = window.__wad?.nacks;
    if (nacks && typeof id === 'string') {
      if (Number.isInteger(code)) nacks[id] = code;
      else delete nacks[id];
    }
    return answer;
  };
  wrapped.wad = true;
  module.encryptAndSendMsg = wrapped;
}
