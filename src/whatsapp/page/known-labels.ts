// Runs in the page: finds labels, and reads those of a chat. The page has them in memory (WAWebLabelCollection,
// 2026-04-27); the server is not queried.
import type { PageModel, PageWindow } from './page-window.js';
import type { BaseTools } from './tools.js';

declare const window: PageWindow;

export function makeKnownLabels({ attempt, refuse, word }: BaseTools) {
  /** Without a name, it is only the mark of a label that this device does not know yet; an inactive one is hidden. */
  const isShown = (label: PageModel): boolean => word(label.name) !== null && label.isActive !== false;
  const labels = (): PageModel[] =>
    (window.require('WAWebCollections').Label.getModelsArray() as PageModel[]).filter(isShown);

  /** A label by its id, or by its whole name. */
  const label = (ref: string): PageModel => {
    const byId = labels().find((one) => String(one.id) === ref);
    if (byId) return byId;
    const [named, other] = labels().filter(
      (one) => String(one.name).toLowerCase() === ref.trim().toLowerCase(),
    );
    if (other) refuse('ambiguous_label', `Several labels are named ${ref}. Name it by its id.`);
    return named ?? refuse('no_such_label', `There is no label ${ref}.`);
  };

  /** The labels on a chat, by name. */
  const labelsOn = (chat: PageModel): { id: string; name: string }[] => {
    const ids = attempt(() => chat.labels as unknown);
    if (!Array.isArray(ids) || ids.length === 0) return [];
    const known = attempt(labels) ?? [];
    return known
      .filter((one) => ids.some((id) => String(id) === String(one.id)))
      .map(({ id, name }) => ({ id: String(id), name: String(name) }))
      .sort((a, b) => a.name.localeCompare(b.name));
  };

  return { labels, label, labelsOn };
}
