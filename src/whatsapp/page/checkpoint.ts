// Runs in the page, on every document: presses the button of WhatsApp's integrity challenge. WhatsApp blocks a linked
// account until its owner has proved presence (WAWebMexIntegrityChallengeNotificationHandler, 2026-04-27): the page keeps
// the challenge across restarts, and shows a window with a button that requests the account's passkey. No person can press
// it, so it is pressed here; passkey.ts intercepts the request. The window's other button logs out, and is never pressed.
import type { PageReport, PageWindow } from './page-window.js';

declare const window: PageWindow;

/** @param binding name of the function that notifies the daemon */
export function passCheckpoints(binding: string): void {
  if (window.top !== (window as unknown) || window.location.host !== 'web.whatsapp.com') return;
  /** WAWebIntegrityChallengeUtils.INTEGRITY_CHALLENGE_IDB_KEY */
  const KEY = 'WAIntegrityChallengeState';
  const LOOK_MS = 1_000;
  const report = (data: PageReport): void => {
    const send = window[binding] as ((data: PageReport) => Promise<unknown>) | undefined;
    void send?.(data)?.catch?.(() => undefined);
  };
  /** Uses the page's own require, because ours records requested modules. It exists once the document is prepared. */
  const find = <T>(
    get: (require: NonNullable<NonNullable<PageWindow['__wad']>['require']>) => T,
  ): T | null => {
    const own = window.__wad?.require;
    if (!own) return null;
    try {
      return get(own) ?? null;
    } catch {
      return null;
    }
  };
  let stands: string | null = null;
  window.setInterval(() => {
    const type = find<string>(
      (module) => module('WAWebUserPrefsIndexedDBStorage').userPrefsIdb.get(KEY)?.challenge_type,
    );
    if (type !== stands) report(type === null ? { kind: 'checkpoint-gone' } : { kind: 'checkpoint', type });
    stands = type;
    if (type === null) return;
    // The label in the user's language; its module is loaded with the window.
    const label = find((module) =>
      String(module('WAWebCheckpointModalStrings').getCheckpointContinueButtonText()),
    );
    if (label === null) return;
    // innerText, because textContent includes the invisible title of its picture (WAWebPasskeyCheckpoint.react).
    for (const button of window.document.querySelectorAll('button'))
      if (
        (button.innerText ?? button.textContent)?.trim() === label &&
        button.getAttribute('disabled') === null
      )
        button.click();
  }, LOOK_MS);
}
