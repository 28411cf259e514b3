// Runs in the page, before any of its own scripts, on every document. Reports to the daemon what the library does not:
// a new document, each state of the socket from the first on, and a logout.
import type { CallTold, DocumentMarks, PageSocket, PageWid, PageWindow, Told } from './page-window.js';

declare const window: PageWindow;

/** @param binding name of the function through which the daemon is told */
export function watch(binding: string): void {
  if (window.top !== (window as unknown)) return; // sub-frames have no modules and no say
  const tell = (told: Told | CallTold): void => {
    const send = window[binding] as ((told: Told | CallTold) => Promise<unknown>) | undefined;
    void send?.(told)?.catch?.(() => undefined);
  };
  const marks: DocumentMarks = {
    ...{ injected: false, attaching: false, listening: false },
    ...{ sends: {}, words: {}, nacks: {}, asked: [], tell },
  };
  window.__wad = marks;
  tell({ kind: 'document', url: window.location.href });
  if (window.location.host !== 'web.whatsapp.com') return;

  const widOf = (): string | null => {
    try {
      const me = window.require('WAWebUserPrefsMeUser');
      const wid = (me.getMaybeMePnUser() ?? me.getMaybeMeLidUser()) as PageWid | null | undefined;
      return wid?._serialized ?? null;
    } catch {
      return null;
    }
  };

  const listen = (): void => {
    const socket = window.require('WAWebSocketModel').Socket as PageSocket;
    const cmd = window.require('WAWebCmd').Cmd as {
      on(event: string, f: (what?: unknown) => void): void;
    };
    const state = (): void =>
      tell({
        ...{ kind: 'state', state: socket.state, stream: socket.stream ?? null, synced: socket.hasSynced },
        ...{ online: window.navigator.onLine, wid: widOf() },
      });
    socket.on('change:state', state);
    socket.on('change:stream', state);
    socket.on('change:hasSynced', state);
    cmd.on('starting_logout_from_bridge', () => tell({ kind: 'logout-begins' }));
    cmd.on('logout_from_bridge', () => tell({ kind: 'logout' }));
    // WAWebCmd, 2026-04-27
    for (const event of ['reachout_timelock_state_change', 'new_chat_message_capping_state_change'])
      cmd.on(event, () => tell({ kind: 'limits' }));
    // WAWebHandleFailure and WAWebHandleSuccess, 2026-04-27; the page shows `expire` as so many seconds from now.
    cmd.on('account_temporarily_banned_from_bridge', (what) => {
      const { banned, expire } = (what ?? {}) as { banned?: unknown; expire?: unknown };
      const expireS = typeof expire === 'number' && expire >= 0 ? expire : null;
      tell({ kind: 'ban', banned: banned === true, expireS });
    });
    state();
  };

  /**
   * The page unlinks itself where it cannot go on, as after a failure to sync or of its storage. Of the reason it says less,
   * and later, in the address of its next document (WAWebSocketModel, WAWebLogoutReasonConstants; 2026-04-27).
   */
  const hearGivingUp = (): void => {
    const socket = window.require('WAWebSocketModel').Socket as PageSocket;
    const { logout } = socket;
    const heard: PageSocket['logout'] = (reason, ...more) => {
      if (typeof reason === 'string' && reason !== 'user_initiated') tell({ kind: 'gives-up', reason });
      return logout.call(socket, reason, ...more);
    };
    Object.defineProperty(socket, 'logout', { value: heard, configurable: true, writable: true });
  };

  /**
   * Afterwards a ban (406), a lock (403) and a removed device (401) look alike: the page wipes its credentials and loads
   * itself anew. WAWebHandleFailure reads the code by a parser that it keeps to itself (WADeprecatedWapParser, 2026-04-27).
   */
  const hearFailures = (): void => {
    type Parse = ((stanza: { tag?: unknown }) => { success?: { reason?: unknown } }) & { wad?: true };
    const { prototype } = window.require('WADeprecatedWapParser') as { prototype: { parse: Parse } };
    const { parse } = prototype;
    if (parse.wad) return;
    const heard: Parse = function (this: unknown, stanza) {
      const parsed = parse.call(this as never, stanza);
      const code = stanza?.tag === 'failure' ? parsed.success?.reason : undefined;
      if (typeof code === 'number') tell({ kind: 'failure', code });
      return parsed;
    };
    heard.wad = true;
    prototype.parse = heard;
  };

  // Debug.VERSION comes before require, and require before some of its modules: there is no event for any of them.
  const startedAt = Date.now();
  let said = false;
  const waiting = window.setInterval(() => {
    if (window.Debug?.VERSION === undefined || typeof window.require !== 'function') return;
    try {
      listen();
      window.clearInterval(waiting);
      for (const hear of [hearFailures, hearGivingUp])
        try {
          hear();
        } catch {
          // A page without it says a part of this in the address of its next document.
        }
    } catch (error) {
      if (!said && Date.now() - startedAt > 10_000) {
        said = true;
        tell({ kind: 'missing', what: String(error) });
      }
    }
  }, 20);
}
