// D9: since summer 2026 WAWebChatForwardMessage is in no script that a page loads at its start. It is in a bundle that the
// page fetches when somebody opens its screen for forwarding (13,327 modules of 2.3000.1045220589 without it, 220 more with
// it: wa-js PR #3582; waha #2278). The page is asked to fetch it as that screen does. WAWebForwardMessageModalLoadable, which
// did so before, never settles on such a page and is not asked. Delete this file when a release asks for the bundle itself.
import type { PageWindow } from '../page/page-window.js';

declare const window: PageWindow;

/** Runs in the page, once a document: puts `load` and `loading` into its book. @param waysMs how long each way may take */
export function installLoader(waysMs: number): void {
  const marks = window.__wad;
  if (!marks || marks.load) return;
  const module = (name: string) => (marks.require ?? window.require)(name);
  const has = (name: string): boolean => {
    try {
      return (module(name) ?? null) !== null;
    } catch {
      return false;
    }
  };
  type Way = (done: () => void) => unknown;
  /** Module → ways to have the page fetch it, the one without a screen first. */
  const lazy: Readonly<Record<string, readonly Way[]>> = {
    WAWebChatForwardMessage: [
      (done) =>
        module('Bootloader').loadModules(
          ['WAWebMediaForwardMediaMsg'],
          done,
          'WAWebForwardMessageFlowLoadable',
        ),
      (done) => module('WAWebForwardMessageFlowLoadable').requireBundle().then(done, done),
    ],
  };
  /** Ends when the way has, when it fails, or with its time. */
  const go = (way: Way): Promise<void> =>
    new Promise((resolve) => {
      window.setTimeout(() => resolve(), waysMs);
      try {
        way(() => resolve());
      } catch {
        resolve(); // this build does not know the way
      }
    });
  const fetchIt = async (name: string, ways: readonly Way[]): Promise<void> => {
    for (const way of ways) {
      if (has(name)) return;
      await go(way);
    }
  };
  marks.loading = {};
  const load = (name: string): Promise<void> => {
    const ways = lazy[name];
    if (ways === undefined || has(name) || !marks.loading) return Promise.resolve();
    const { loading } = marks;
    loading[name] ??= fetchIt(name, ways).finally(() => {
      delete loading[name];
    });
    return loading[name];
  };
  marks.load = async (needs) => {
    await Promise.all(needs.map((need) => load(need.split('.', 1)[0] ?? need)));
  };
}
