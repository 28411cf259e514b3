// Every method of the daemon, joined. A new noun: its file and one line here.
import { daemonMethods } from './daemon.js';
import { eventMethods } from './event.js';
import { messageMethods } from './message.js';
import { outboxMethods } from './outbox.js';
import { sessionMethods } from './session.js';

export const METHODS = {
  ...sessionMethods,
  ...messageMethods,
  ...outboxMethods,
  ...eventMethods,
  ...daemonMethods,
};
export type MethodName = keyof typeof METHODS;
