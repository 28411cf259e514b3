// Runs in the page: makes the library's `getMessageModel` return valid JSON for any message, however
// malformed. The original throws on malformed input, and values without a JSON form are lost in transfer:
// either would lose all other messages of the same answer.
import type { PageMsg, PageWindow } from './page-window.js';

declare const window: PageWindow;

/** Wraps the library's function, once per document. */
export function installReadable(): void {
  type Read = ((msg: PageMsg) => unknown) & { wad?: true };
  const library = window.WWebJS as { getMessageModel?: Read } | undefined;
  const read = library?.getMessageModel;
  if (!library || !read || read.wad) return;
  const attempt = (get: () => unknown): unknown => {
    try {
      const value = get();
      return JSON.parse(JSON.stringify(value) ?? 'null');
    } catch {
      return null;
    }
  };
  const text = (wid: unknown): unknown =>
    typeof wid === 'object' && wid !== null ? (wid as { _serialized?: unknown })._serialized : wid;
  /** The key and the time of a message, as far as they can be read. */
  const bare = (msg: PageMsg): unknown => ({
    id: {
      fromMe: attempt(() => msg.id.fromMe),
      remote: attempt(() => text(msg.id.remote)),
      id: attempt(() => msg.id.id),
      participant: attempt(() => text(msg.id.participant)),
    },
    type: 'unknown',
    subtype: 'unreadable',
    t: attempt(() => msg.t),
    ack: attempt(() => msg.ack),
    from: attempt(() => text(msg.from)),
    to: attempt(() => text(msg.to)),
    author: attempt(() => text(msg.author)),
  });
  const wrapped: Read = (msg) => attempt(() => read(msg)) ?? bare(msg);
  wrapped.wad = true;
  library.getMessageModel = wrapped;
}
