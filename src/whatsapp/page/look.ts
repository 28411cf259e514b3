// Runs in the page: reads everything that `ready` depends on, in one call.
import type { PageSocket, PageWid, PageWindow } from './page-window.js';

declare const window: PageWindow;

export interface Look {
  readonly url: string;
  readonly whatsappWeb: string | null;
  readonly socketState: string | null;
  /** The socket is connected, but its stream is not. */
  readonly still: boolean;
  readonly synced: boolean;
  readonly injected: boolean;
  readonly attaching: boolean;
  readonly listening: boolean;
  readonly utils: boolean;
  readonly wid: string | null;
  readonly platform: string | null;
  readonly pushname: string | null;
  /** The needs that the page lacks, by name → for how long, ms; null before the page is prepared. */
  readonly missing: Readonly<Record<string, number>> | null;
}

/** @param needed modules, members of modules, and proofs; the result has those that the page lacks (H1) */
export function look(needed: readonly string[]): Look {
  const ask = <T>(get: () => T): T | null => {
    try {
      return get() ?? null;
    } catch {
      return null;
    }
  };
  // The page's own require, without our stand-ins.
  const module = window.__wad?.require ?? window.require;
  const wid = (get: string): string | null =>
    ask(() => (module('WAWebUserPrefsMeUser')[get]() as PageWid | null)?._serialized ?? null);
  const socket = ask(() => module('WAWebSocketModel').Socket as PageSocket);
  const conn = ask(() => module('WAWebConnModel').Conn as { platform?: string; pushname?: string });
  return {
    url: window.location.href,
    whatsappWeb: window.Debug?.VERSION ?? null,
    socketState: socket?.state ?? null,
    still: socket?.hasSynced === true && socket.state === 'CONNECTED' && socket.stream === 'DISCONNECTED',
    synced: socket?.hasSynced === true,
    injected: window.__wad?.injected === true,
    attaching: window.__wad?.attaching === true,
    listening: window.__wad?.listening === true,
    utils: typeof window.WWebJS !== 'undefined',
    wid: wid('getMaybeMePnUser') ?? wid('getMaybeMeLidUser'),
    platform: conn?.platform ?? null,
    pushname: conn?.pushname ?? null,
    missing: window.__wad?.prepared ? (window.__wad.lacks?.(needed) ?? null) : null,
  };
}
