// Runs in the page, on every document: presses the button of WhatsApp's integrity challenge. WhatsApp stops a linked
// account until its owner has proved to be present (WAWebMexIntegrityChallengeNotificationHandler, 2026-04-27): the
// page keeps the challenge over restarts, and shows a window with a button that requests the account's passkey. No
// person is there to press it, so it is pressed here; passkey.ts holds the call that it makes. The window's other
// button logs out, and is never pressed.
import type { PageWindow, Told } from './page-window.js';

declare const window: PageWindow;

/** @param binding name of the function through which the daemon is told */
export function passCheckpoints(binding: string): void {
  if (window.top !== (window as unknown) || window.location.host !== 'web.whatsapp.com') return;
  /** WAWebIntegrityChallengeUtils.INTEGRITY_CHALLENGE_IDB_KEY */
  const KEY = 'WAIntegrityChallengeState';
  const LOOK_MS = 1_000;
  const tell = (told: Told): void => {
    const send = window[binding] as ((told: Told) => Promise<unknown>) | undefined;
    void send?.(told)?.catch?.(() => undefined);
  };
  /** The page's own, since ours keeps the names of modules that are asked for; there once a document is prepared. */
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
    if (type !== stands) tell(type === null ? { kind: 'checkpoint-gone' } : { kind: 'checkpoint', type });
    stands = type;
    if (type === null) return;
    // Loaded with the window, and in the person's language.
    const label = find((module) =>
      String(module('WAWebCheckpointModalStrings').getCheckpointContinueButtonText()),
    );
    if (label === null) return;
    // As it is shown: the title of its picture is text too, and shown to nobody (WAWebPasskeyCheckpoint.react).
    for (const button of window.document.querySelectorAll('button'))
      if (
        (button.innerText ?? button.textContent)?.trim() === label &&
        button.getAttribute('disabled') === null
      )
        button.click();
  }, LOOK_MS);
}
