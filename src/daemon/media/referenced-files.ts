// Finds the files that still have to be sent: of messages that wait, are with the page, or
// may have to be sent again.
import type { SendState } from '../../protocol/state.js';
import type { Store } from '../../store/store.js';

const OPEN: readonly SendState[] = ['queued', 'sending', 'unknown'];
const PAGE = 1_000;

/** The ids of the files of messages whose outcome is open. */
export function referencedFiles({ outbox }: Pick<Store, 'outbox'>): ReadonlySet<string> {
  const wanted = new Set<string>();
  let rows = outbox.inStates(OPEN, { limit: PAGE });
  while (rows.length > 0) {
    for (const { payload } of rows) {
      const { id } = (payload.file ?? {}) as { id?: unknown };
      if (typeof id === 'string') wanted.add(id);
    }
    rows = outbox.inStates(OPEN, { after: rows.at(-1)?.seq ?? 0, limit: PAGE });
  }
  return wanted;
}
