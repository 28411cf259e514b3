// Runs in the page: who has received, read and played a message of this account.
import type { MessageRef } from '../../protocol/wid.js';
import type { Tools } from './messages.js';
import type { PageWid, PageWindow } from './page-window.js';

declare const window: PageWindow;

interface Receipt {
  readonly id: PageWid;
  /** Seconds. */
  readonly t?: number;
}
/** WAWebApiMessageInfoStore: in a group each member is only in the list of the furthest state. */
interface Info {
  readonly delivery: readonly Receipt[];
  readonly deliveryRemaining: number;
  readonly read: readonly Receipt[];
  readonly played: readonly Receipt[];
}

export function makeReceipts(tools: Tools) {
  const { refuse } = tools;
  return {
    async info(ref: MessageRef) {
      const msg = await tools.message(ref);
      if (!msg.id.fromMe)
        refuse('not_allowed', 'WhatsApp reports receipts only of messages of this account.');
      let info: Info;
      try {
        info = await window.require('WAWebApiMessageInfoStore').queryMsgInfo(msg.id);
      } catch (error) {
        // It has none of a message that no server has had yet, and of one that another device sent long ago. After any other
        // failure the receipts are unknown.
        if (!/no message info/i.test(String((error as Partial<Error> | null)?.message))) throw error;
        info = { delivery: [], deliveryRemaining: 0, read: [], played: [] };
      }
      const people = new Map<
        string,
        { deliveredAt: string | null; readAt: string | null; playedAt: string | null; state: string }
      >();
      const add = (
        list: readonly Receipt[],
        state: string,
        field: 'deliveredAt' | 'readAt' | 'playedAt',
      ): void => {
        for (const { id, t } of list) {
          const known = people.get(tools.text(id)) ?? {
            deliveredAt: null,
            readAt: null,
            playedAt: null,
            state,
          };
          people.set(tools.text(id), { ...known, state, [field]: tools.instant(t) });
        }
      };
      add(info.delivery, 'delivered', 'deliveredAt');
      add(info.read, 'read', 'readAt');
      add(info.played, 'played', 'playedAt');
      return {
        parts: tools.parts(msg),
        people: [...people].map(([id, receipt]) => ({ ...tools.identity(id), ...receipt })),
        pending: Math.max(0, tools.count(info.deliveryRemaining)),
      };
    },
  };
}
