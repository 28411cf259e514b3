// The simple commands, with one call and one print, which start fast. rare.ts has the others.
import type { Command } from '../command.js';
import { accounts } from './accounts.js';
import { call } from './call.js';
import { clearSession } from './clear-session.js';
import { disconnect } from './disconnect.js';
import { events } from './events.js';
import { init } from './init.js';
import { pair } from './pair.js';
import { send } from './send.js';
import { status } from './status.js';
import { stop } from './stop.js';
import { wait } from './wait.js';

export const SIMPLE: readonly Command[] = [
  status,
  init,
  pair,
  wait,
  stop,
  disconnect,
  clearSession,
  send,
  events,
  call,
  accounts,
];
