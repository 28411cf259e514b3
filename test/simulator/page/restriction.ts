/**
 * The page's state of its account's restrictions: the reach-out time lock and the cap on new chats, which it
 * stores among its preferences, and the people who can be written to meanwhile. WAWebReachoutTimelockUtils,
 * WAWebMexReachoutTimelockNotificationHandler, WAWebIndividualNewChatMessageCappingLimitUtils and
 * WAWebNewChatMessageCappingNotificationHandler, 2026-04-27.
 */
import type { Json, WireCap, WireTimeLock } from '../wire.js';
import { knobs } from './boot-record.js';
import { chatSocket } from './chat-socket.js';
import type { Chat } from './chats.js';
import { Cmd } from './cmd.js';
import { type Contact, ContactGetters } from './roster.js';
import { storage } from './storage.js';

const LOCK_KEY = 'WAReachoutTimelockState';
const CAP_KEY = 'WANewChatMessageCappingData';

interface LockData {
  state: 'HIDDEN' | 'VISIBLE';
  /** milliseconds since 1970 */
  time_enforcement_ends: number;
  enforcement_type: string;
}
interface CapData {
  capping_status: string;
  ote_status: string;
  mv_status: string;
  total_quota: number;
  used_quota: number;
  cycle_start_timestamp: number;
  cycle_end_timestamp: number;
  server_sent_timestamp: number;
}

const prefs = new Map<string, Json>();

/** WAWebUserPrefsIndexedDBStorage.userPrefsIdb: answers from memory, which is filled at the start. */
export const userPrefsIdb = {
  get: (key: string): unknown => prefs.get(key),
  async set(key: string, value: object): Promise<void> {
    prefs.set(key, value as Json);
    await storage.putPrefs(Object.fromEntries(prefs));
  },
  async remove(key: string): Promise<void> {
    prefs.delete(key);
    await storage.putPrefs(Object.fromEntries(prefs));
  },
};

export async function restorePrefs(): Promise<void> {
  for (const [key, value] of Object.entries(await storage.prefs())) prefs.set(key, value as Json);
}

export const forgetPrefs = (): void => prefs.clear();

const lockData = () => userPrefsIdb.get(LOCK_KEY) as LockData | undefined;
const capData = () => userPrefsIdb.get(CAP_KEY) as CapData | undefined;

/** Also called for the server's notifications. If the end is not given, it is one minute from now. */
export async function learnTimeLock({
  is_active,
  time_enforcement_ends,
  enforcement_type,
}: WireTimeLock): Promise<void> {
  if (!knobs.restrictions) return;
  if (is_active)
    await userPrefsIdb.set(LOCK_KEY, {
      state: lockData()?.state ?? 'HIDDEN',
      time_enforcement_ends:
        time_enforcement_ends === null ? Date.now() + 60_000 : Number(time_enforcement_ends) * 1000,
      enforcement_type,
    } satisfies LockData);
  else await userPrefsIdb.remove(LOCK_KEY);
  Cmd.trigger('reachout_timelock_state_change');
}

const capOf = (cap: WireCap): CapData => ({
  ...cap,
  used_quota: Math.min(cap.used_quota, cap.total_quota),
  cycle_start_timestamp: Number(cap.cycle_start_timestamp),
  cycle_end_timestamp: Number(cap.cycle_end_timestamp),
  server_sent_timestamp: Number(cap.server_sent_timestamp),
});

/** Stores a notification of the server; one that is not newer is ignored. */
export async function learnCap(cap: WireCap): Promise<void> {
  if (!knobs.restrictions) return;
  const known = capData();
  if (known === undefined || known.server_sent_timestamp < Number(cap.server_sent_timestamp))
    await userPrefsIdb.set(CAP_KEY, capOf(cap));
  Cmd.trigger('new_chat_message_capping_state_change');
}

/** Called at each start of a page, and on request. */
export async function fetchReachoutTimelock(): Promise<void> {
  await learnTimeLock((await chatSocket.request('time-lock', {})) as unknown as WireTimeLock);
}

export async function fetchOrUpdateCapStatus(): Promise<void> {
  if (!isCapEnabled()) return;
  const cap = (await chatSocket.request('cap', {})) as unknown as WireCap;
  if (knobs.restrictions) await userPrefsIdb.set(CAP_KEY, capOf(cap));
  Cmd.trigger('new_chat_message_capping_state_change');
}

/** The page's own reaction to a message that was refused with 475. */
export async function cappedByNack(): Promise<void> {
  const known = capData();
  if (known !== undefined) await userPrefsIdb.set(CAP_KEY, { ...known, capping_status: 'CAPPED' });
  Cmd.trigger('new_chat_message_capping_state_change');
}

const isCapEnabled = (): boolean => knobs.restrictions && knobs.newChatQuota > 0;
const isLocked = (): boolean => lockData() !== undefined;

/** True when the other side has given a trust token, which arrives with its messages. */
const isExempt = ({ chat, contact }: { chat?: Chat | undefined; contact: Contact }): boolean =>
  !ContactGetters.getIsUser(contact) ||
  ContactGetters.getIsMe(contact) ||
  ContactGetters.getIsEnterprise() ||
  chat?.getTcToken() != null;

export const ReachoutTimelockUtils = {
  REACHOUT_TIMELOCK_IDB_KEY: LOCK_KEY,
  isUserReachoutTimelocked: isLocked,
  canSendMsgWhileTimelocked: (who: { chat?: Chat; contact: Contact }) => !isLocked() || isExempt(who),
};

export const NewChatCappingUtils = {
  NEW_CHAT_MESSAGE_CAPPING_IDB_KEY: CAP_KEY,
  getCappingData: capData,
  canSendMsgWhileCapped: isExempt,
};
