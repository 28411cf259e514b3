// D9, lazy modules: makes the page load the bundle for forwarding. Since summer 2026 WAWebChatForwardMessage is in no
// script that a page loads at its start, but in a bundle that the page loads when its screen for forwarding is opened
// (13,327 modules of 2.3000.1045220589 without it, 220 more with it: wa-js PR #3582; waha #2278). The bundle is loaded
// here in the same way as by that screen. WAWebForwardMessageModalLoadable, the earlier way, never settles on such a page
// and is not used. Delete this file when a release loads the bundle itself.
import { ALL_NEEDS } from '../capabilities/needs.js';
import type { PageWindow } from '../page/page-window.js';
import type { Install } from './install.js';

declare const window: PageWindow;

/** How long each way to load a module may take. */
const WAY_MS = 10_000;

/** Runs in the page, once per document: adds `load` and `loading` to its marks. @param waysMs how long each way may take */
function installLoader(waysMs: number): void {
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
  /** Module → the ways to make the page load it, in order; the first needs no screen. */
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
  /** Resolves when the way has finished or failed, or its time is over. */
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

/** Runs in the page. It does not wait: the modules arrive while the library sets itself up. */
function startLoading(needs: readonly string[]): void {
  void window.__wad?.load?.(needs);
}

const BREAK = {
  id: 'D9',
  breaks: 'forwarding is in a bundle that the page does not load by itself',
  since: '2.3000.1045220589',
  source: 'wppconnect-team/wa-js PR #3582; devlikeapro/waha #2278',
  isOptional: false,
};

export const moduleLoader: Install = {
  ...BREAK,
  install: (page) => page.evaluate(installLoader, WAY_MS),
};

export const lazyModules: Install = {
  ...BREAK,
  install: (page) => page.evaluate(startLoading, ALL_NEEDS),
};
