/**
 * The life cycle of the account in this document: connects, signs in or offers a link, syncs, loses and
 * restores the connection, is logged out. Only this file decides the state of the socket.
 */

import type { Credentials, DownFrame } from '../wire.js';
import { knobs } from './boot-record.js';
import { learnChannel } from './channels.js';
import { chatSocket } from './chat-socket.js';
import { openCheckpoint, restoreCheckpoint } from './checkpoint.js';
import { Cmd } from './cmd.js';
import { become, becomeNobody } from './conn.js';
import { acknowledgeDialog, offerDialog } from './dialog.js';
import { report } from './instrument.js';
import { learnLabels } from './labels.js';
import { clearRef, register, showRefs } from './pairing.js';
import { confirmPasskey, givePasskeyUp } from './passkey.js';
import { learnPresence } from './presence.js';
import { importHistory, receiveAck, receiveItem, restoreFromStorage } from './receive.js';
import {
  fetchOrUpdateCapStatus,
  fetchReachoutTimelock,
  forgetPrefs,
  learnCap,
  learnTimeLock,
} from './restriction.js';
import { learnBlocked, learnContact, learnRoster } from './roster.js';
import { loseFragile, resendPending } from './send.js';
import { REFUSALS, Socket } from './socket-model.js';
import { storage } from './storage.js';
import { scheduleReload, sync } from './sync.js';
import { Stream } from './unread.js';
import { hearFailure } from './wap-parser.js';

let credentials: Credentials | undefined;
let freshlyLinked = false;
let takeover = false;
let timeout: ReturnType<typeof setTimeout> | undefined;
let loggedOut: (() => void) | undefined;
/**
 * The reason why the page has unlinked itself, for its next document
 * (WAWebLogoutReason.getErrorCodeFromLogoutReason).
 */
let gaveUp: string | undefined;
const GIVES_UP: Readonly<Record<string, string>> = {
  web_fail_offline_resume: '0',
  syncd_failure: '1',
  history_sync_timeout: '2',
};

export async function startSession(): Promise<void> {
  Socket.wire({ logout, reconnect: () => chatSocket.reconnect(), takeover: takeOver });
  Socket.set({ state: 'OPENING' });
  armTimeout();
  credentials = await storage.readCredentials();
  storage.nameBrowser();
  if (credentials) {
    become(credentials.me);
    await restoreFromStorage();
    await restoreCheckpoint();
  }
  chatSocket.start({ onOpen, onFrame, onLost });
}

function onOpen(): void {
  if (!credentials) return void register();
  Socket.set({ state: 'PAIRING' });
  const { device, secret } = credentials;
  chatSocket.send({ type: 'login', device, secret, version: knobs.pageVersion, takeover });
  takeover = false;
}

function onLost(): void {
  loseFragile();
  Socket.set({ stream: 'DISCONNECTED' });
  if (Socket.state === 'TIMEOUT' || Socket.state === 'OPENING') return;
  Socket.set({ state: 'OPENING' });
  armTimeout();
}

/** According to reports, some builds showed TIMEOUT after a while without a connection, and continued to try. */
function armTimeout(): void {
  clearTimeout(timeout);
  if (knobs.timeoutStateMs === 0) return;
  timeout = setTimeout(() => {
    if (Socket.state === 'OPENING' || Socket.state === 'PAIRING') Socket.set({ state: 'TIMEOUT' });
  }, knobs.timeoutStateMs);
}

function onFrame(frame: DownFrame): void {
  switch (frame.type) {
    case 'refs':
      clearTimeout(timeout);
      chatSocket.ready({ asDevice: false });
      showRefs(frame.refs);
      return;
    case 'passkey-demand':
      void confirmPasskey(frame.options);
      return;
    case 'passkey-refused':
      givePasskeyUp();
      return;
    case 'checkpoint':
      void openCheckpoint(frame.challenge);
      return;
    case 'pair-success':
      linked(frame.credentials);
      return;
    case 'login-ok':
      signedIn(frame);
      return;
    case 'history':
      importHistory(frame.messages, frame.more);
      return;
    case 'item':
      receiveItem(frame.n, frame.item);
      return;
    case 'items-done':
      sync({ fresh: freshlyLinked, dialogHolds: acknowledgeDialog });
      return;
    case 'ack':
      receiveAck(frame.key, frame.level, frame.error);
      return;
    case 'conflict':
      chatSocket.stop();
      Socket.set(knobs.replacedShows === 'state' ? { state: 'CONFLICT' } : { stream: 'DISCONNECTED' });
      return;
    case 'presence-update':
      learnPresence(frame.wid, frame.state, frame.t);
      return;
    case 'labels':
      learnLabels(frame.labels);
      return;
    case 'time-lock':
      void learnTimeLock(frame.lock);
      return;
    case 'cap':
      void learnCap(frame.cap);
      return;
    case 'failure':
      refused(frame.code, frame.expire);
      return;
    case 'logged-out':
      leave(frame.reason);
      return;
  }
}

/** Credentials are written before the page connects as a device; the server closes the old stream with 515. */
async function linked(made: Credentials): Promise<void> {
  clearRef({ notifies: knobs.qrClearedRaises });
  Socket.set({ state: 'PAIRING' });
  await storage.writeCredentials(made);
  credentials = made;
  freshlyLinked = true;
  become(made.me);
  scheduleReload();
  chatSocket.reconnect();
}

function signedIn({
  me,
  contacts,
  groups,
  channels,
  blocked,
  labels,
  dialog,
}: Extract<DownFrame, { type: 'login-ok' }>): void {
  clearTimeout(timeout);
  become(me);
  learnRoster(contacts, groups);
  if (me.username !== undefined) learnContact(me);
  learnBlocked(blocked);
  learnLabels(labels);
  for (const channel of channels) learnChannel(channel);
  chatSocket.ready({ asDevice: true });
  Socket.set({ state: 'CONNECTED' });
  Stream.sendAvailability();
  Cmd.trigger('account_temporarily_banned_from_bridge', { banned: false });
  // WAWebStartBackend; a request that is never answered stays pending.
  if (knobs.restrictions) {
    void fetchReachoutTimelock().catch(() => undefined);
    void fetchOrUpdateCapStatus().catch(() => undefined);
  }
  if (dialog) offerDialog(() => chatSocket.send({ type: 'dialog-acknowledged' }));
  void resendPending();
}

async function refused(code: number, expire?: number): Promise<void> {
  // WAWebHandleFailure: the page shows when the ban ends, and continues to connect.
  if (expire !== undefined) {
    Cmd.trigger('account_temporarily_banned_from_bridge', { banned: true, code: 101, expire });
    return;
  }
  hearFailure(code);
  const isExpelled = knobs.refusalShows === 'logout' && (code === 403 || code === 406);
  if (isExpelled) return expelled(code);
  const state = REFUSALS[code];
  if (state) {
    chatSocket.stop();
    Socket.set({ state });
    return;
  }
  if (knobs.loginRefusedNavigates) return leave('401');
  // The credentials are invalid: start again as an unlinked page, in the same document.
  await forget();
  chatSocket.reconnect();
}

/** WAWebHandleFailure: only a lock is reported to the next document (WAWebReloadAfterLogout). */
async function expelled(code: number): Promise<void> {
  chatSocket.stop();
  await forget();
  setTimeout(() => {
    if (code === 403) location.assign('/?logout_reason=3');
    else location.reload();
  }, knobs.logoutNavigationMs);
  if (knobs.logoutOrder !== 'reload-only') Cmd.trigger('logout_from_bridge');
}

/** Unlinked by the phone, by ourselves or by the server. The order of the steps differs between builds. */
async function leave(reason: string): Promise<void> {
  loggedOut?.();
  const reloads = knobs.logoutOrder === 'reload' || knobs.logoutOrder === 'reload-only';
  if (knobs.logoutOrder === 'reload') Cmd.trigger('starting_logout_from_bridge');
  chatSocket.stop();
  await forget();
  if (reloads) {
    if (knobs.logoutOrder === 'reload') Cmd.trigger('logout_from_bridge');
    setTimeout(() => {
      if (gaveUp === undefined) location.reload();
      else location.assign(`/?logout_reason=${gaveUp}`);
    }, knobs.logoutNavigationMs);
    return;
  }
  if (knobs.logoutOrder === 'unpaired-first') Socket.set({ state: 'UNPAIRED' });
  if (knobs.logoutOrder === 'bridge') Cmd.trigger('logout_from_bridge');
  else if (knobs.logoutOrder !== 'navigation-only') Cmd.trigger('logout');
  setTimeout(
    () => location.assign(`/?post_logout=1&logout_reason=${encodeURIComponent(reason)}`),
    knobs.logoutNavigationMs,
  );
}

async function forget(): Promise<void> {
  credentials = undefined;
  freshlyLinked = false;
  becomeNobody();
  forgetPrefs();
  report({ type: 'qr', text: null });
  await storage.clear();
}

/** Requires the connection, and hangs without it. */
async function logout(reason: unknown): Promise<void> {
  gaveUp = GIVES_UP[String(reason)];
  await chatSocket.whenSignedIn();
  const done = new Promise<void>((resolve) => {
    loggedOut = resolve;
  });
  setTimeout(() => chatSocket.send({ type: 'logout' }), knobs.logoutFrameMs);
  return done;
}

/** WAWebSocketModel.takeover, 2026-04-27: the page never has the state that this requires. */
function takeOver(): void {
  if (Socket.state !== 'CONFLICT') throw new Error('Takeover called without conflict!');
  takeover = true;
  chatSocket.reconnect();
}
