// Runs in the page: reads the restrictions of its account, checks who can be written to under them, and records the codes
// with which WhatsApp's server refuses messages. WAWebReachoutTimelockUtils, WAWebIndividualNewChatMessageCappingLimitUtils
// and WAWebSendMsgRecordAction, 2026-04-27.
import type { Limits } from '../../session/restriction.js';
import type { PageModel, PageWid, PageWindow } from './page-window.js';

declare const window: PageWindow;

/** Null when the page has no such modules. The page keeps a limit until the server changes it, even past its end. */
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
      // -1: no cap (devlikeapro/waha #2186). For an account without a cap the page may also have zeros.
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
 * Whether the account may write to this chat while it is restricted, by the page's rules for both restrictions. On a page
 * without these rules, whether there is a chat; that may not be sufficient.
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
  // A person has one chat, under either identity. A person without a contact in the page is new.
  const [chat] = chats;
  const contact =
    (chat?.contact as PageModel | undefined) ??
    wids.map((one) => Contact.get(one)).find((one) => one !== undefined);
  return contact !== undefined && rules.every((rule) => attempt(() => rule({ chat, contact })) !== false);
}

/**
 * Makes the page query the server for both, as at its start, within `ms`: GraphQL may never be answered. The page reports
 * the results as events.
 */
export async function refreshLimits(ms: number): Promise<void> {
  const module = window.__wad?.require ?? window.require;
  const ask = async (name: string, member: string): Promise<void> => {
    try {
      await (module(name) as Record<string, () => Promise<void>>)[member]?.();
    } catch {
      // The query failed or the page lacks it; the known limits remain.
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
 * Reports when a person gives the account a trust token; installed once per document. People give it by writing, and it
 * arrives after their message: their WhatsApp issues it once the message has been sent (WAWebSendMsgJob,
 * WAWebSetTcTokenChatAction; 2026-04-27).
 */
export function reportTrust(): void {
  const marks = window.__wad;
  if (!marks || marks.reportsTrust) return;
  const { Chat } = window.require('WAWebCollections') as {
    Chat: { on(event: string, listener: (chat: PageModel) => void): void };
  };
  Chat.on('change:tcToken', (chat) => {
    const chatId = (chat.id as PageWid | undefined)?._serialized;
    if (chatId !== undefined) marks.report({ kind: 'trusted', chatId });
  });
  marks.reportsTrust = true;
}

/**
 * Records the code with which the server refuses a message; installed once per document. The page stores only 475 in the
 * message. The job that sends it gets the answer before the message changes.
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
