// Runs in the page, before any of its own scripts, on every document: acknowledges dialogs of WhatsApp Web, above all
// "What's new", which ends a new link if it stays open (U1). It reports dialogs that it cannot acknowledge.
import type { PageElement, PageReport, PageWid, PageWindow } from './page-window.js';

declare const window: PageWindow;

/**
 * @param binding name of the function that notifies the daemon
 * @param forMs for how long after the load dialogs are searched
 */
export function acknowledgeDialogs(binding: string, forMs: number): void {
  if (window.top !== (window as unknown) || window.location.host !== 'web.whatsapp.com') return;
  const report = (data: PageReport): void => {
    const send = window[binding] as ((data: PageReport) => Promise<unknown>) | undefined;
    void send?.(data)?.catch?.(() => undefined);
  };
  const isLinked = (): boolean => {
    try {
      const me = window.require('WAWebUserPrefsMeUser');
      return Boolean((me.getMaybeMePnUser() ?? me.getMaybeMeLidUser()) as PageWid | null | undefined);
    } catch {
      return false;
    }
  };
  // Accessible names of the button that acknowledges "What's new on WhatsApp Web", by language.
  const CONTINUE =
    /^(continue|ok|okay|got it|continuar|entendi|entendido|weiter|fortfahren|verstanden|continuer|j.ai compris|continua|avanti|ho capito|doorgaan|devam( et)?|tamam|продолжить|понятно|kontynuuj|lanjutkan|oke|続ける|继续|繼續|계속|जारी रखें|متابعة|המשך)$/iu;
  // Names of buttons that only a person may press, in any dialog.
  const NEVER =
    /log ?out|sign ?out|abmelden|cerrar sesi|déconne|disconnetti|desconectar|sair|выйти|keluar|delete|löschen|eliminar|supprimer|elimina|excluir|удалить|hapus/iu;
  // innerText, because textContent includes invisible titles of pictures (WAWebPasskeyCheckpoint.react).
  const shownIn = (e: PageElement): string => (e.innerText ?? e.textContent ?? '').trim();
  const nameOf = (e: PageElement): string => e.getAttribute('aria-label')?.trim() ?? shownIn(e);

  /** The button that acknowledges the dialog; undefined when that is unclear. */
  const buttonOf = (dialog: PageElement): PageElement | undefined => {
    const buttons = [...dialog.querySelectorAll('button, [role="button"]')];
    const named = buttons.find((button) => CONTINUE.test(nameOf(button)));
    if (named) return named;
    // In an unknown language: the only button with a text. An icon next to it closes the window.
    const saying = buttons.filter((button) => shownIn(button) !== '');
    const [only] = saying.length === 0 ? buttons : saying;
    const isPlain = saying.length === 1 || (saying.length === 0 && buttons.length === 1);
    return isPlain && only && !NEVER.test(nameOf(only)) ? only : undefined;
  };

  /** The number of checks, one a second, after which a dialog counts as staying. */
  const PATIENCE = 15;
  const startedAt = Date.now();
  const seen = new Map<string, number>();
  let waits: string | null = null;
  const looking = window.setInterval(() => {
    // A dialog that was reported is watched until it closes.
    if (Date.now() - startedAt > forMs && waits === null) window.clearInterval(looking);
    if (!isLinked()) return;
    const there = new Set<string>();
    for (const dialog of window.document.querySelectorAll('[role="dialog"]')) {
      const button = buttonOf(dialog);
      const text = (dialog.innerText ?? dialog.textContent ?? '').trim().slice(0, 200);
      there.add(text);
      const times = (seen.get(text) ?? 0) + 1;
      seen.set(text, times);
      button?.click();
      if (times === 1 && button !== undefined) report({ kind: 'dialog', text, pressed: true });
      if (times !== PATIENCE) continue;
      report({ kind: 'dialog', text, pressed: false });
      waits = text;
    }
    // A dialog that appears again later is counted from zero.
    for (const text of seen.keys()) if (!there.has(text)) seen.delete(text);
    if (waits === null || there.has(waits)) return;
    waits = null;
    report({ kind: 'dialog-gone' });
  }, 1000);
}
