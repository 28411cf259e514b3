// Runs in the page, once per document: reports the tag of a member of a group when it changes, whoever changed it. The page
// updates its collection of tags for a new one, and reads those of a group from its database when they are shown
// (WAWebMemberLabelBridgeApi, WAWebMemberLabelCollection, WAWebHandleMemberLabelChange; 2026-04-27). What it reads there is no
// change.
import type { Emitter, PageModel, PageWindow } from './page-window.js';

declare const window: PageWindow;

/** Returns false when this page has no tags. Nothing else depends on it. */
export function reportTags(): boolean {
  const marks = window.__wad;
  if (!marks || marks.reportsTags) return true;
  type Tags = Emitter & {
    getModelsArray(): PageModel[];
    initializeLabelsForChat(group: string): Promise<void>;
  };
  const found = (): Tags | null => {
    try {
      return window.require('WAWebMemberLabelCollection') ?? null;
    } catch {
      return null;
    }
  };
  const tags = found();
  if (typeof tags?.on !== 'function' || typeof tags.initializeLabelsForChat !== 'function') return false;
  /** Group → since when its tags are being read, in seconds. */
  const reading = new Map<string, number>();
  const read = tags.initializeLabelsForChat;
  tags.initializeLabelsForChat = async (group) => {
    reading.set(group, Math.floor(Date.now() / 1_000));
    try {
      await read.call(tags, group);
    } finally {
      reading.delete(group);
    }
  };
  /** Group and member → the last known tag. */
  const known = new Map<string, string>();
  const tagOf = ({ label }: PageModel): string => (typeof label === 'string' ? label : '');
  for (const one of tags.getModelsArray()) known.set(String(one.id), tagOf(one));
  const see = (one: PageModel, isNew: boolean): void => {
    const key = String(one.id);
    const tag = tagOf(one);
    const [group = '', member = ''] = key.split('_');
    if (known.get(key) === tag) return;
    known.set(key, tag);
    const { lastEditTimestamp: at } = one;
    const atS = Number.isSafeInteger(at) ? (at as number) : null;
    // One that was chosen meanwhile is new all the same.
    if (isNew && (atS ?? 0) < (reading.get(group) ?? 0)) return;
    marks.report({ kind: 'tag', group, member, tag, atS });
  };
  tags.on('add', (one: PageModel) => see(one, true));
  tags.on('change:label', (one: PageModel) => see(one, false));
  // A member who leaves has none any more.
  tags.on('remove', ({ id }: PageModel) => void known.delete(String(id)));
  marks.reportsTags = true;
  return true;
}
