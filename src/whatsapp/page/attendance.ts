// Runs in the page: answers an event, and lists the answers to one.
import type { Attendance } from '../../protocol/state.js';
import type { MessageRef } from '../../protocol/wid.js';
import type { Tools } from './messages.js';
import type { PageMsg, PageWindow } from './page-window.js';

declare const window: PageWindow;

/** A row of WAWebEventResponsesSchema: the newest answer of one person. */
interface Row {
  readonly sender: string;
  /** One byte, Message$EventResponseMessage$EventResponseType. */
  readonly eventResponse: ArrayBuffer;
  /** Milliseconds. */
  readonly senderTimestampMs?: number;
}

export function makeAttendance(tools: Tools) {
  const { refuse, answered } = tools;
  // Message$EventResponseMessage$EventResponseType, 2026-04-27
  const ANSWERS: readonly (Attendance | null)[] = [null, 'going', 'not_going', 'maybe'];

  /** The end of the year 9999. */
  const LATEST_MS = 253_402_300_799_000;
  /** Groups have 1,024 members, and those of announcements 5,000. */
  const MOST = 5_000;

  const eventOf = async (ref: MessageRef): Promise<PageMsg> => {
    const msg = await tools.message(ref);
    return msg.type === 'event_creation' ? msg : refuse('not_allowed', 'The message is not an event.');
  };

  return {
    /** Replaces the answer of this account. */
    async attend(ref: MessageRef, answer: Attendance) {
      const msg = await eventOf(ref);
      // As the page disables its buttons (WAWebEventUtils.shouldDisableInteractionForEvent).
      const endsAt = Number(msg.eventEndTime) || Number(msg.eventStartTime);
      if (msg.isEventCanceled === true || msg.eventInvalidated === true)
        refuse('not_allowed', 'The event was cancelled.');
      if (endsAt * 1_000 < Date.now() && !msg.id.fromMe) refuse('not_allowed', 'The event is over.');
      const { sendEventResponseMsg } = window.require('WAWebSendEventResponseMsgAction');
      await answered('outcome_unknown', 'the answer', sendEventResponseMsg(ANSWERS.indexOf(answer), msg));
      return tools.parts(msg);
    },

    /** The answers that this page has received, the oldest first. */
    async list(ref: MessageRef) {
      const msg = await eventOf(ref);
      const table = window.require('WAWebEventResponsesSchema').getTable();
      const rows = new Map<string, Row>();
      for (const key of tools.keysOf(msg)) {
        for (const row of (await table.equals(['parentMsgKey'], key)) as Row[]) {
          // A person may have answered under both identities; the newest answer counts.
          const who = tools.names(tools.text(row.sender)).sort().join();
          if ((row.senderTimestampMs ?? 0) >= (rows.get(who)?.senderTimestampMs ?? 0)) rows.set(who, row);
        }
      }
      const people = [...rows.values()].flatMap(({ sender, eventResponse, senderTimestampMs }) => {
        const answer = ANSWERS[new Uint8Array(eventResponse)[0] ?? 0] ?? null;
        if (answer === null) return [];
        const atMs = tools.count(senderTimestampMs);
        const at = atMs > 0 && atMs <= LATEST_MS ? atMs : null;
        return [{ ...tools.identity(sender), fromMe: tools.isMe(sender), answer, atMs: at }];
      });
      people.sort((a, b) => (a.atMs ?? 0) - (b.atMs ?? 0));
      return { parts: tools.parts(msg), name: tools.word(msg.eventName), people: people.slice(-MOST) };
    },
  };
}
