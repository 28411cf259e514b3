// Runs in the page, before any of its own scripts, on every document: reports what the library does not report, such as a
// new document, each state of the socket, logouts, bans and refusals of the account.
import type {
  ContentReport,
  DocumentMarks,
  PageReport,
  PageSocket,
  PageWid,
  PageWindow,
} from './page-window.js';

declare const window: PageWindow;

/** @param binding name of the function that notifies the daemon */
export function watch(binding: string): void {
  if (window.top !== (window as unknown)) return; // sub-frames have no modules
  const report = (data: PageReport | ContentReport): void => {
    const send = window[binding] as ((data: PageReport | ContentReport) => Promise<unknown>) | undefined;
    void send?.(data)?.catch?.(() => undefined);
  };
  const marks: DocumentMarks = {
    injected: false,
    attaching: false,
    listening: false,
    sends: {},
    sendReports: {},
    nacks: {},
    asked: [],
    report,
  };
  window.__wad = marks;
  report({ kind: 'document', url: window.location.href });
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
      report({
        kind: 'state',
        state: socket.state,
        stream: socket.stream ?? null,
        synced: socket.hasSynced,
        online: window.navigator.onLine,
        wid: widOf(),
      });
    socket.on('change:state', state);
    socket.on('change:stream', state);
    socket.on('change:hasSynced', state);
    cmd.on('starting_logout_from_bridge', () => report({ kind: 'logout-begins' }));
    cmd.on('logout_from_bridge', () => report({ kind: 'logout' }));
    // WAWebCmd, 2026-04-27
    for (const event of ['reachout_timelock_state_change', 'new_chat_message_capping_state_change'])
      cmd.on(event, () => report({ kind: 'limits' }));
    // WAWebHandleFailure and WAWebHandleSuccess, 2026-04-27; the page shows `expire` as seconds from now.
    cmd.on('account_temporarily_banned_from_bridge', (what) => {
      const { banned, expire } = (what ?? {}) as { banned?: unknown; expire?: unknown };
      const expireS = typeof expire === 'number' && expire >= 0 ? expire : null;
      report({ kind: 'ban', banned: banned === true, expireS });
    });
    state();
  };

  /**
   * Reports why the page unlinks itself, as after a failure to sync or of its storage. The URL of its next document has less
   * of the reason, and later (WAWebSocketModel, WAWebLogoutReasonConstants; 2026-04-27).
   */
  const watchLogout = (): void => {
    const socket = window.require('WAWebSocketModel').Socket as PageSocket;
    const { logout } = socket;
    const watchedLogout: PageSocket['logout'] = (reason, ...more) => {
      if (typeof reason === 'string' && reason !== 'user_initiated') report({ kind: 'gives-up', reason });
      return logout.call(socket, reason, ...more);
    };
    Object.defineProperty(socket, 'logout', { value: watchedLogout, configurable: true, writable: true });
  };

  /**
   * Reports the code of a failure. Afterwards a ban (406), a lock (403) and a removed device (401) look alike: the page
   * wipes its credentials and reloads. WAWebHandleFailure reads the code with a private parser (WADeprecatedWapParser,
   * 2026-04-27), whose class is patched here.
   */
  const watchFailures = (): void => {
    type Parse = ((stanza: { tag?: unknown }) => { success?: { reason?: unknown } }) & { wad?: true };
    const { prototype } = window.require('WADeprecatedWapParser') as { prototype: { parse: Parse } };
    const { parse } = prototype;
    if (parse.wad) return;
    const watchedParse: Parse = function (this: unknown, stanza) {
      const parsed = parse.call(this as never, stanza);
      const code = stanza?.tag === 'failure' ? parsed.success?.reason : undefined;
      if (typeof code === 'number') report({ kind: 'failure', code });
      return parsed;
    };
    watchedParse.wad = true;
    prototype.parse = watchedParse;
  };

  // Debug.VERSION exists before require, and require before some of its modules; none of them raises an event.
  const startedAt = Date.now();
  let said = false;
  const waiting = window.setInterval(() => {
    if (window.Debug?.VERSION === undefined || typeof window.require !== 'function') return;
    try {
      listen();
      window.clearInterval(waiting);
      for (const watch of [watchFailures, watchLogout])
        try {
          watch();
        } catch {
          // On such a page, the URL of the next document has a part of this information.
        }
    } catch (error) {
      if (!said && Date.now() - startedAt > 10_000) {
        said = true;
        report({ kind: 'missing', what: String(error) });
      }
    }
  }, 20);
}
