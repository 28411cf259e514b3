/** What an account may not do for a while, in the forms that clients are told of it. */
import { type Node, node } from '../wire/nodes.js';
import { messageId } from './content.js';
import { SERVER } from './jid.js';

/** How many new chats an account may begin in a cycle, and how long that is. */
const QUOTA = 500;
const CYCLE_S = 30 * 24 * 3600;

const nowS = (): number => Math.floor(Date.now() / 1000);

export class Limits {
  /** Messages to people who have not written are refused with 463 until then, in milliseconds. */
  reachOutLockedUntilMs = 0;
  /** No new chats are left: 475. */
  newChatsUsedUp = false;
  /** The reason of each failed login: 402, 403 or 406 */
  ban: number | undefined;
  readonly #beganS = nowS();

  /** WAWebMexFetchReachoutTimelockJob. The page counts in whole seconds, so the end is rounded up. */
  get timeLock(): Readonly<Record<string, unknown>> {
    const isActive = this.reachOutLockedUntilMs > Date.now();
    return {
      is_active: isActive,
      time_enforcement_ends: isActive ? String(Math.ceil(this.reachOutLockedUntilMs / 1000)) : null,
      enforcement_type: 'DEFAULT',
    };
  }

  /** WAWebMexFetchNewChatMessageCappingInfoJob */
  get cap(): Readonly<Record<string, unknown>> {
    return {
      total_quota: QUOTA,
      used_quota: this.newChatsUsedUp ? QUOTA : 0,
      cycle_start_timestamp: String(this.#beganS),
      cycle_end_timestamp: String(this.#beganS + CYCLE_S),
      server_sent_timestamp: String(nowS()),
      ote_status: 'NOT_ELIGIBLE',
      mv_status: 'NOT_ACTIVE',
      capping_status: this.newChatsUsedUp ? 'CAPPED' : 'NONE',
    };
  }

  /** WAWebMexReachoutTimelockNotificationHandler */
  get timeLockNotice(): Node {
    return mexNotice('NotificationUserReachoutTimelockUpdate', {
      xwa2_notify_account_reachout_timelock: this.timeLock,
    });
  }

  /** WAWebNewChatMessageCappingNotificationHandler */
  get capNotice(): Node {
    return mexNotice('MessageCappingInfoNotification', {
      xwa2_notify_new_chat_messages_capping_info_update: this.cap,
    });
  }
}

/** A notification whose content is GraphQL's (WAWebHandleMexNotification). */
const mexNotice = (operation: string, data: object): Node =>
  node('notification', { from: SERVER, type: 'mex', id: messageId(), t: String(nowS()) }, [
    node('update', { op_name: operation }, Buffer.from(JSON.stringify({ data }))),
  ]);
