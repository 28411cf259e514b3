/**
 * Older messages that only the phone has: requested one portion at a time
 * (WAWebSendNonMessageDataRequest, WAWebNonMessageDataRequestHistorySyncOnDemandUtils,
 * WAWebHandleHistorySyncChunk, WAWebHistorySyncOnDemandEvents).
 */
import type { Json, WireMessage } from '../wire.js';
import { knobs, pause } from './boot-record.js';
import { chatSocket } from './chat-socket.js';
import { Chats } from './chats.js';
import { Emitter } from './emitter.js';
import { MsgKey } from './msg-key.js';
import { storeOlder } from './receive.js';
import { toLid, toPn } from './roster.js';
import { storage } from './storage.js';
import { createWid, type Wid } from './wid.js';

const HISTORY_SYNC_ON_DEMAND = 3;
const FAILURE_LIMIT = 10;
const EVENTS = 'history_sync_on_demand_events:';

/** Message id of the request → the chat. */
const inFlight = new Map<string, string>();
const failures = { disableRequestSending: false, failureCount: 0 };
const events = new Emitter();

export const isHistorySyncOnDemandEnabled = (): boolean => knobs.historyOnDemand;
export const HistoryOnDemandUtils = {
  inFlightHistorySyncOnDemandRequests: inFlight,
  historySyncOnDemandRequestsFailureRecord: failures,
};
export const HistoryOnDemandEvents = { WAWebHistorySyncOnDemandEvents: events };

const jidOf = (id: Wid): string => String(id).replace('@c.us', '@s.whatsapp.net');

function fail(jid: string): void {
  events.trigger(`${EVENTS}error_history_sync_od`, jid);
  failures.failureCount += 1;
  if (failures.failureCount >= FAILURE_LIMIT) failures.disableRequestSending = true;
}

/** Nothing is sent while a request for the chat is in flight, after many failures, or where it is not offered. */
export async function sendPeerDataOperationRequest(
  type: number,
  { chatId }: { chatId?: Wid } = {},
): Promise<void> {
  if (type !== HISTORY_SYNC_ON_DEMAND || chatId === undefined) return;
  if (!isHistorySyncOnDemandEnabled() || failures.disableRequestSending) return;
  const id = createWid(chatId);
  const jid = jidOf(id);
  if ([...inFlight.values()].includes(jid)) return;
  const session = await MsgKey.newId();
  inFlight.set(session, jid);
  void pause(knobs.historyTimeoutMs).then(() => {
    if (inFlight.delete(session)) fail(jid);
  });
  const [oldest] = await storage.oldestMessages(String(id), 1);
  const chats = [id, toPn(id), toLid(id)].flatMap((one) => (one ? [String(one)] : []));
  const request = { chats, before: oldest?.wire.id ?? null } as { [key: string]: Json };
  void chatSocket.request('history', request).then(async (answer) => {
    const { messages, more } = answer as unknown as { messages: WireMessage[]; more: boolean };
    // An answer to a request that was given up is dropped.
    if (!inFlight.delete(session)) return;
    await storeOlder(messages);
    Chats.get(id)?.set({ endOfHistoryTransferType: more ? 0 : 1 });
    failures.failureCount = 0;
    events.trigger(`${EVENTS}success_history_sync_od`, jid);
  });
}
