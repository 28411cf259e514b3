// Every method of the daemon, joined. A new noun needs its file and one line here.
import { callMethods } from './call.js';
import { channelMethods } from './channel.js';
import { channelAdminMethods } from './channel-admins.js';
import { chatMethods } from './chat.js';
import { communityMethods } from './community.js';
import { contactMethods } from './contact.js';
import { daemonMethods } from './daemon.js';
import { eventMethods } from './event.js';
import { fleetMethods } from './fleet.js';
import { groupMethods } from './group.js';
import { groupJoinMethods } from './group-join.js';
import { historyMethods } from './history.js';
import { labelMethods } from './label.js';
import { mediaMethods } from './media.js';
import { messageMethods } from './message.js';
import { messageActMethods } from './message-act.js';
import { outboxMethods } from './outbox.js';
import { presenceMethods } from './presence.js';
import { profileMethods } from './profile.js';
import { recordedMessageMethods } from './recorded-message.js';
import { sessionMethods } from './session.js';
import { statusMethods } from './status.js';
import { webhookMethods } from './webhook.js';

export const METHODS = {
  ...sessionMethods,
  ...messageMethods,
  ...messageActMethods,
  ...recordedMessageMethods,
  ...outboxMethods,
  ...mediaMethods,
  ...eventMethods,
  ...callMethods,
  ...chatMethods,
  ...historyMethods,
  ...contactMethods,
  ...groupMethods,
  ...groupJoinMethods,
  ...labelMethods,
  ...profileMethods,
  ...presenceMethods,
  ...communityMethods,
  ...channelMethods,
  ...channelAdminMethods,
  ...statusMethods,
  ...webhookMethods,
  ...daemonMethods,
  ...fleetMethods,
};
export type MethodName = keyof typeof METHODS;
