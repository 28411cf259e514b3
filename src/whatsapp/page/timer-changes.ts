// Runs in the page, once per document: reports after what time the messages of a chat disappear, when that changes, whoever
// changed it. A chat with a person has it in its model, and a group in its metadata (WAWebUpdateEphemeralSettingChatAction,
// WAWebChangeEphemeralDurationChatAction, WAWebUpdateModelForGroupAction; 2026-04-27). What the page restores before its sync
// is no change.
import type { Emitter, PageModel, PageWid, PageWindow } from './page-window.js';

declare const window: PageWindow;

/** Returns false when this page has no timers. Nothing else depends on it. */
export function reportTimers(): boolean {
  const marks = window.__wad;
  if (!marks || marks.reportsTimers) return true;
  type Models = Emitter & { getModelsArray(): PageModel[] };
  const socket = window.require('WAWebSocketModel').Socket as { hasSynced: boolean };
  const idOf = (model: PageModel): string => (model.id as PageWid | undefined)?._serialized ?? '';
  const secondsOf = ({ ephemeralDuration: seconds }: PageModel): number =>
    Number.isSafeInteger(seconds) ? Math.max(seconds as number, 0) : 0;
  /** Chat → its last known timer; 0 is left out. */
  const known = new Map<string, number>();
  const note = (id: string, seconds: number): void => {
    if (seconds === 0) known.delete(id);
    else known.set(id, seconds);
  };
  const watch = (models: Models, isOurs: (id: string) => boolean): void => {
    const see = (model: PageModel): void => {
      if (isOurs(idOf(model))) note(idOf(model), secondsOf(model));
    };
    for (const model of models.getModelsArray()) see(model);
    models.on('add', see);
    models.on('change:ephemeralDuration', (model: PageModel) => {
      const id = idOf(model);
      const seconds = secondsOf(model);
      if (!isOurs(id) || (known.get(id) ?? 0) === seconds) return;
      note(id, seconds);
      if (socket.hasSynced) marks.report({ kind: 'timer', chatId: id, seconds });
    });
  };
  const { Chat: chats, WAWebGroupMetadataCollection: groups } = window.require('WAWebCollections') as {
    Chat?: Models;
    WAWebGroupMetadataCollection?: Models;
  };
  if (typeof chats?.on !== 'function' || typeof groups?.on !== 'function') return false;
  watch(chats, (id) => /@(c\.us|lid)$/.test(id));
  watch(groups, (id) => id.endsWith('@g.us'));
  marks.reportsTimers = true;
  return true;
}
