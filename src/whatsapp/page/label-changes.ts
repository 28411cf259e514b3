// Runs in the page, once per document: reports changes of labels, whoever made them. The page raises an event when a label
// is added, changed or removed, and one when it is put on a chat or taken off (WAWebLabelCollection, WAWebLabelModel,
// WAWebLabelItemCollection; 2026-04-27). What the page restores from its store before its sync is no change.
import type { Emitter, LabelReport, PageModel, PageWindow } from './page-window.js';

declare const window: PageWindow;

/** Returns false when this page has no labels. Nothing else depends on it. */
export function reportLabels(): boolean {
  const marks = window.__wad;
  if (!marks || marks.reportsLabels) return true;
  type Items = Emitter & { getModelsArray(): PageModel[] };
  type Labels = Emitter & { getModelsArray(): PageModel[] };
  const attempt = <T>(get: () => T): T | null => {
    try {
      return get() ?? null;
    } catch {
      return null;
    }
  };
  const labels = attempt(() => window.require('WAWebCollections').Label as Labels);
  const socket = attempt(() => window.require('WAWebSocketModel').Socket as { hasSynced: boolean });
  if (labels === null || socket === null || typeof labels.on !== 'function') return false;
  /** Label → what was last reported of it, or known before the sync. */
  const known = new Map<string, string>();
  const watched = new Set<unknown>();
  const describe = ({ name, colorIndex }: PageModel): string | null =>
    typeof name === 'string' && name !== '' ? `${String(colorIndex)} ${name}` : null;
  const say = (change: LabelReport['change'], label: PageModel, chatId: string | null): void => {
    if (!socket.hasSynced) return;
    const { id, name, colorIndex } = label;
    const color = Number.isSafeInteger(colorIndex) ? (colorIndex as number) : null;
    const at = { id: String(id), name: typeof name === 'string' ? name : '', color, chatId };
    marks.report({ kind: 'label', change, ...at });
  };
  /** Later, because the page sets name and colour one after the other. */
  const look = (label: PageModel): void => {
    window.setTimeout(() => {
      const now = describe(label);
      const before = known.get(String(label.id));
      if (now === null || now === before) return;
      known.set(String(label.id), now);
      say(before === undefined ? 'created' : 'changed', label, null);
    }, 0);
  };
  const watch = (label: PageModel): void => {
    const items = label.labelItemCollection as Items | undefined;
    if (items === undefined || watched.has(items)) return;
    watched.add(items);
    // A chat is entered twice, as a chat and as a person.
    const item = (change: 'added' | 'removed') => (one: PageModel) => {
      if (one.parentType === 'Chat') say(change, label, String(one.parentId));
    };
    items.on('add', item('added'));
    items.on('remove', item('removed'));
  };
  for (const label of labels.getModelsArray()) {
    watch(label);
    const now = describe(label);
    if (now !== null) known.set(String(label.id), now);
  }
  labels.on('add', (label: PageModel) => {
    watch(label);
    look(label);
  });
  labels.on('change:name', look);
  labels.on('change:colorIndex', look);
  labels.on('remove', (label: PageModel) => {
    if (known.delete(String(label.id))) say('deleted', label, null);
  });
  marks.reportsLabels = true;
  return true;
}
