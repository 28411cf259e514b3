// Runs in the page: which messages of others it has that came after a moment. `status@broadcast` is never read: on
// some accounts that gets the link revoked (U2).
import type { PageMsg, PageWindow } from './page-window.js';

declare const window: PageWindow;

export interface MissedKey {
  readonly fromMe: boolean;
  readonly remote: string;
  readonly id: string;
  readonly participant: string | null;
}

/** @param limit how many at most */
export function missedSince(sinceMs: number, limit: number): MissedKey[] {
  type Wid = { _serialized: string } | string | null | undefined;
  const text = (wid: Wid): string => (typeof wid === 'string' ? wid : (wid?._serialized ?? ''));
  type Found = PageMsg & {
    readonly t?: number;
    readonly id: { remote: Wid; participant?: Wid; fromMe: boolean; id: string };
  };
  const found: MissedKey[] = [];
  // WhatsApp's times are whole seconds: what came later within the same second counts too.
  const since = Math.floor(sinceMs / 1000);
  const { Chat } = window.require('WAWebCollections') as {
    Chat: { getModelsArray(): { id: Wid; t?: number; msgs?: { getModelsArray(): Found[] } }[] };
  };
  for (const chat of Chat.getModelsArray()) {
    if (!/@(c\.us|lid|g\.us)$/.test(text(chat.id)) || (chat.t ?? 0) < since) continue;
    for (const { id, t } of chat.msgs?.getModelsArray() ?? []) {
      if (id.fromMe || (t ?? 0) < since || found.length >= limit) continue;
      found.push({
        fromMe: false,
        remote: text(id.remote),
        id: id.id,
        participant: text(id.participant) || null,
      });
    }
  }
  return found;
}
