// Runs in the page: asks the phone for older messages of a chat than the page's store has, as a press on "get older messages"
// does (WAWebConversationLoadMoreMessagesHistorySync and WAWebSendNonMessageDataRequest, 2026-04-27). The phone sends about
// 50 messages for a request. The page gives a request up after ten seconds, and sends none for two hours after ten failures.
import type { PhoneAnswer, PhoneAsked } from '../../session/page-port.js';
import type { Tools } from './messages.js';
import type { PageChat, PageWid, PageWindow } from './page-window.js';

declare const window: PageWindow;

export function makeHistory(tools: Tools) {
  const { attempt, names } = tools;
  /** Chat → the state of the last request. */
  const answers = new Map<string, PhoneAnswer>();
  const EVENTS = 'history_sync_on_demand_events:';
  /** Of Message$PeerDataOperationRequestType (WAWebProtobufsE2E.pb). */
  const HISTORY_SYNC_ON_DEMAND = 3;
  /** WAWebChatConstants.ConversationEndOfHistoryTransferModelPropType */
  const TRANSFER = { start: 1, transferring: 2, noAccess: 5 };

  /** Why the phone is not asked; null: it can be. */
  const refusal = (chat: PageChat): Exclude<PhoneAsked, 'asked'> | null => {
    const type = attempt(() => chat.endOfHistoryTransferType as number);
    // A chat without a type never had messages on the phone, and the page drops what the phone would send.
    if (type === null || type === TRANSFER.start) return 'start';
    if (type === TRANSFER.transferring) return 'transferring';
    const gating = window.require('WAWebSyncGatingUtils');
    if (attempt(() => gating.isHistorySyncOnDemandEnabled()) !== true) return 'not_offered';
    const mayAskAll = attempt(() => gating.isHistorySyncOnDemandCompleteCompanionEnabled()) === true;
    if (type === TRANSFER.noAccess && !mayAskAll) return 'no_access';
    const { historySyncOnDemandRequestsFailureRecord: failures } = window.require(
      'WAWebNonMessageDataRequestHistorySyncOnDemandUtils',
    );
    return failures?.disableRequestSending === true ? 'paused' : null;
  };

  return {
    /** Sends the request; its answer is read with `answer`. */
    ask(id: string): PhoneAsked {
      const chat = tools.chat(id);
      const refused = refusal(chat);
      if (refused !== null) return refused;
      if (answers.get(id) === 'waiting') return 'asked';
      answers.set(id, 'waiting');
      const users = names(id).map((name) => name.replace(/[:@].*$/, ''));
      const { WAWebHistorySyncOnDemandEvents: events } = window.require('WAWebHistorySyncOnDemandEvents');
      const end = (answer: PhoneAnswer): void => {
        attempt(() => events.off(`${EVENTS}success_history_sync_od`, succeeded));
        attempt(() => events.off(`${EVENTS}error_history_sync_od`, failed));
        if (answers.get(id) === 'waiting') answers.set(id, answer);
      };
      // The event has the id of the chat in the phone's form, and for some chats under the person's other identity.
      const isOurs = (jid: unknown): boolean =>
        users.includes((typeof jid === 'string' ? jid : tools.text(jid as PageWid)).replace(/[:@].*$/, ''));
      const succeeded = (jid: unknown): void => {
        if (isOurs(jid)) end('answered');
      };
      const failed = (jid: unknown): void => {
        if (isOurs(jid)) end('failed');
      };
      events.on(`${EVENTS}success_history_sync_od`, succeeded);
      events.on(`${EVENTS}error_history_sync_od`, failed);
      const { sendPeerDataOperationRequest: send } = window.require('WAWebSendNonMessageDataRequest');
      const { inFlightHistorySyncOnDemandRequests: inFlight } = window.require(
        'WAWebNonMessageDataRequestHistorySyncOnDemandUtils',
      );
      // It settles when the request was sent, which a lost connection delays; the answer comes as an event.
      Promise.resolve()
        .then(() => send(HISTORY_SYNC_ON_DEMAND, { chatId: chat.id }))
        .then(
          () => {
            // The page has refused to send it. An answer that came meanwhile has ended the wait.
            if (![...inFlight.values()].some(isOurs)) window.setTimeout(() => end('failed'), 2_000);
          },
          () => end('failed'),
        );
      return 'asked';
    },

    /** Forgets a request whose answer is no longer awaited. */
    answer(id: string, isLast: boolean): PhoneAnswer {
      const answer = answers.get(id) ?? 'failed';
      if (answer !== 'waiting' || isLast) answers.delete(id);
      // Otherwise the page would not look at its store again (WAWebChatLoadMessages; WAWebConversationMsgs.react resets it).
      if (answer === 'answered') attempt(() => tools.lookAgain(tools.chat(id)));
      return answer;
    },
  };
}
