// Runs in the page, once per document, before the library touches it: reports which modules that we need are missing,
// and for how long. Modules register one after the other and raise no event (wa-js #3476, #3481), so a module counts as
// missing only after some time.
import type { PageWid, PageWindow } from './page-window.js';

declare const window: PageWindow;

/** Adds `lacks` and `lackingFor` to the marks of the document. Idempotent. */
export function installLacks(): void {
  const marks = window.__wad;
  if (!marks || marks.lacks) return;
  /** Need → when it was first found missing. */
  const since = new Map<string, number>();
  const ask = <T>(get: () => T): T | null => {
    try {
      return get() ?? null;
    } catch {
      return null;
    }
  };
  // The page's own require, because our stand-ins must not count.
  const module = (name: string) => (marks.require ?? window.require)(name);
  const proofs: Readonly<Record<string, () => boolean>> = {
    'a wid as text': () => {
      const made = module('WAWebWidFactory').createWid('15550000000@c.us') as PageWid;
      return made._serialized === '15550000000@c.us';
    },
    'a search of messages': () =>
      typeof (module('WAWebCollections') as { Msg: { search?: unknown } }).Msg.search === 'function',
    // Before the library listens there is no account, and so there are no calls.
    'a listener for calls': () => !marks.listening || marks.reportsCalls === true,
  };
  /** The missing need, or its whole module; null when the page has it. */
  const lack = (need: string): string | null => {
    const proof = proofs[need];
    if (proof) return ask(proof) === false ? need : null;
    const [name = '', member] = need.split('.');
    const found = ask(() => module(name) as Record<string, unknown>);
    if (found === null) return name;
    return member !== undefined && (found[member] ?? null) === null ? need : null;
  };
  marks.lacks = (needs) => {
    const now = Date.now();
    const lacking: Record<string, number> = {};
    for (const need of needs) {
      const word = lack(need);
      if (word === null) {
        since.delete(need);
        since.delete(need.split('.', 1)[0] ?? need);
      } else {
        // A module that is being loaded does not count as missing yet.
        const isComing = marks.loading?.[need.split('.', 1)[0] ?? need] !== undefined;
        const first = isComing ? now : (since.get(word) ?? now);
        since.set(word, first);
        lacking[word] = now - first;
      }
    }
    return lacking;
  };
  marks.lackingFor = async (needs, lastsMs) => {
    for (;;) {
      const lacks = marks.lacks?.(needs) ?? {};
      const ages = Object.values(lacks);
      if (ages.every((ms) => ms < lastsMs)) {
        if (ages.length === 0) return [];
        await new Promise((resolve) => window.setTimeout(() => resolve(null), 25));
      } else return Object.keys(lacks);
    }
  };
}
