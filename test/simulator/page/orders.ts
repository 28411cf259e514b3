/** Carries out the simulator's orders to this document: page faults, and queries of its state. */

import { knobs } from './boot-record.js';
import { Chats } from './chats.js';
import { Cmd } from './cmd.js';
import { Conn } from './conn.js';
import { pressDialog, showDialog } from './dialog.js';
import type { Emitter } from './emitter.js';
import { Msgs } from './messages.js';
import { clearRef, renewSecret } from './pairing.js';
import { Contacts } from './roster.js';
import { hanging } from './send.js';
import { Socket, type SocketState } from './socket-model.js';
import { loadFrame } from './sync.js';

const EMITTERS: { readonly [name: string]: Emitter } = { Msg: Msgs, Chat: Chats, Socket, Conn, Cmd };

/** Acts after the answer, which would otherwise be lost with the document. */
const soon = (act: () => void): void => void setTimeout(act, 0);

const ORDERS: { readonly [command: string]: (args: Record<string, unknown>) => unknown } = {
  reload: () => soon(() => location.reload()),
  navigate: ({ url }) => soon(() => location.assign(String(url))),
  hang: ({ ms }) =>
    soon(() => {
      const until = performance.now() + Number(ms);
      while (performance.now() < until);
    }),
  pushState: ({ times = 1 }) => {
    for (let n = 0; n < Number(times); n++) history.pushState({}, '', `/#pushed-${n}-${Date.now()}`);
  },
  iframe: ({ times = 1 }) =>
    Promise.all(Array.from({ length: Number(times) }, loadFrame)).then(() => undefined),
  setState: ({ state }) => void Socket.set({ state: state as SocketState }),
  setSynced: ({ value }) => void Socket.set({ hasSynced: value === true }),
  detachListeners: ({ of }) => {
    const emitter = EMITTERS[String(of)];
    if (!emitter) throw new Error(`no model ${of}: there are ${Object.keys(EMITTERS).join(', ')}`);
    emitter.off();
  },
  logout: ({ reason }) => void Socket.logout(reason),
  clearRef: () => clearRef({ notifies: true }),
  renewSecret: () => renewSecret(),
  triggerCmd: ({ name }) => void Cmd.trigger(String(name)),
  wipeDebug: () => {
    window.Debug = undefined;
  },
  throwError: ({ text }) =>
    soon(() => {
      throw new Error(String(text));
    }),
  pressDialog: () => pressDialog(),
  showDialog: () => showDialog(),
  look: () => ({
    hanging: hanging.count,
    url: location.href,
    version: knobs.pageVersion,
    state: Socket.state,
    hasSynced: Socket.hasSynced,
    listeners: Object.fromEntries(
      Object.entries(EMITTERS).map(([name, one]) => [name, one.listenerCounts()]),
    ),
    chats: Chats.length,
    messages: Msgs.length,
    contacts: Contacts.length,
    dialog: document.querySelector('[role=dialog]') !== null,
  }),
  messages: ({ chat }) =>
    Msgs.filter((msg) => chat === undefined || String(msg.id.remote) === chat).map((msg) => ({
      key: String(msg.id),
      id: msg.id.id,
      type: msg.type,
      body: msg.body,
      ack: msg.ack,
      isNewMsg: msg.isNewMsg ?? false,
    })),
};

export function obey(command: string, args: Record<string, unknown>): unknown {
  const order = ORDERS[command];
  if (!order) throw new Error(`no command "${command}": there are ${Object.keys(ORDERS).join(', ')}`);
  return order(args);
}
