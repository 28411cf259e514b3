// Runs in the page, before any of its own scripts, on every document. Tells the daemon what the library does not:
// a new document, each state of the socket from the first on, a logout, and dialogs that wait for a button (U1).
import type { Book, PageElement, PageSocket, PageWid, PageWindow, Told } from './page-window.js';

declare const window: PageWindow;

/**
 * @param binding name of the function through which the daemon is told
 * @param dialogForMs how long after load a dialog is looked for
 */
export function watch(binding: string, dialogForMs: number): void {
  if (window.top !== (window as unknown)) return; // sub-frames have no modules and no say
  const tell = (told: Told): void => {
    const send = window[binding] as ((told: Told) => Promise<unknown>) | undefined;
    void send?.(told)?.catch?.(() => undefined);
  };
  const book: Book = { injected: false, attaching: false, listening: false, sends: {}, missing: [] };
  window.__wad = book;
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
    const cmd = window.require('WAWebCmd').Cmd as { on(event: string, f: () => void): void };
    const state = (): void =>
      tell({ kind: 'state', state: socket.state, synced: socket.hasSynced, wid: widOf() });
    socket.on('change:state', state);
    socket.on('change:hasSynced', state);
    cmd.on('logout', () => tell({ kind: 'logout' }));
    cmd.on('logout_from_bridge', () => tell({ kind: 'logout' }));
    state();
  };

  // Debug.VERSION comes before require, and require before some of its modules: there is no event for any of them.
  const startedAt = Date.now();
  let said = false;
  const waiting = window.setInterval(() => {
    if (window.Debug?.VERSION === undefined || typeof window.require !== 'function') return;
    try {
      listen();
      window.clearInterval(waiting);
    } catch (error) {
      if (!said && Date.now() - startedAt > 10_000) {
        said = true;
        tell({ kind: 'missing', what: String(error) });
      }
    }
  }, 20);

  // Accessible names of the button that acknowledges "What's new on WhatsApp Web", by language.
  const CONTINUE =
    /^(continue|ok|got it|continuar|entendi|weiter|fortfahren|verstanden|continuer|continua|avanti|doorgaan|devam( et)?|продолжить|kontynuuj|lanjutkan|続ける|继续|繼續|계속|जारी रखें|متابعة|המשך)$/iu;
  const seen = new Map<string, number>();
  let waits: string | null = null;
  const dialogs = window.setInterval(() => {
    // A dialog that was told of is watched until it goes.
    if (Date.now() - startedAt > dialogForMs && waits === null) window.clearInterval(dialogs);
    if (widOf() === null) return;
    let there = false;
    for (const dialog of window.document.querySelectorAll('[role="dialog"]')) {
      const name = (e: PageElement): string => (e.getAttribute('aria-label') ?? e.textContent ?? '').trim();
      const buttons = [...dialog.querySelectorAll('button, [role="button"]')];
      // In a language we do not know, a dialog with a single button can only be acknowledged.
      const button =
        buttons.find((b) => CONTINUE.test(name(b))) ?? (buttons.length === 1 ? buttons[0] : undefined);
      const text = (dialog.innerText ?? dialog.textContent ?? '').trim().slice(0, 200);
      there ||= text === waits;
      const times = (seen.get(text) ?? 0) + 1;
      seen.set(text, times);
      button?.click();
      if (times === 1 && button !== undefined) tell({ kind: 'dialog', text, pressed: true });
      if (times !== 15) continue;
      tell({ kind: 'dialog', text, pressed: false });
      waits = text;
      there = true;
    }
    if (waits === null || there) return;
    seen.delete(waits);
    waits = null;
    tell({ kind: 'dialog-gone' });
  }, 1000);
}
