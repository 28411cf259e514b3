// Runs in the page: one look at everything that `ready` rests on.
import type { PageSocket, PageWid, PageWindow } from './page-window.js';

declare const window: PageWindow;

export interface Look {
  readonly url: string;
  readonly whatsappWeb: string | null;
  readonly socketState: string | null;
  readonly synced: boolean;
  readonly injected: boolean;
  readonly attaching: boolean;
  readonly listening: boolean;
  readonly utils: boolean;
  readonly wid: string | null;
  readonly platform: string | null;
  readonly pushname: string | null;
  /** Modules this product needs that the page does not have, by name. */
  readonly missing: readonly string[];
}

/** @param needed names of modules; the answer lists those that the page lacks (H1) */
export function look(needed: readonly string[]): Look {
  const ask = <T>(get: () => T): T | null => {
    try {
      return get() ?? null;
    } catch {
      return null;
    }
  };
  const wid = (get: string): string | null =>
    ask(() => (window.require('WAWebUserPrefsMeUser')[get]() as PageWid | null)?._serialized ?? null);
  const socket = ask(() => window.require('WAWebSocketModel').Socket as PageSocket);
  const conn = ask(() => window.require('WAWebConnModel').Conn as { platform?: string; pushname?: string });
  return {
    url: window.location.href,
    whatsappWeb: window.Debug?.VERSION ?? null,
    socketState: socket?.state ?? null,
    synced: socket?.hasSynced === true,
    injected: window.__wad?.injected === true,
    attaching: window.__wad?.attaching === true,
    listening: window.__wad?.listening === true,
    utils: typeof window.WWebJS !== 'undefined',
    wid: wid('getMaybeMePnUser') ?? wid('getMaybeMeLidUser'),
    platform: conn?.platform ?? null,
    pushname: conn?.pushname ?? null,
    missing:
      typeof window.require === 'function' ? needed.filter((name) => !ask(() => window.require(name))) : [],
  };
}
