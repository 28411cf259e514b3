// Runs in the page: reports the number, the LID and the names of every person in a message, and the name of its group, before
// the message itself is reported. All messages that the library reports go through its `getMessageModel`, which is wrapped
// here. The page has all of it in memory (WAWebApiContact and WAWebContactModel, 2026-04-27); WhatsApp is not queried. What was
// reported is reported again only when it has changed.
import type { PageMsg, PageReport, PageWindow } from './page-window.js';
import type { BaseTools } from './tools.js';

declare const window: PageWindow;

/** Wraps the library's function, once per document. @param binding name of the function that notifies the daemon */
export function reportPeople(binding: string): void {
  /** How many reported people are remembered. */
  const REMEMBERED = 20_000;
  type Read = ((msg: PageMsg) => unknown) & { reportsPeople?: true };
  const library = window.WWebJS as { getMessageModel?: Read } | undefined;
  const read = library?.getMessageModel;
  if (!library || !read || read.reportsPeople) return;
  const paired = new Set<string>();
  /** Id → the last reported names, as text. */
  const called = new Map<string, string>();
  /** Senders control these fields: a field that cannot be read counts as empty. */
  const attempt = <T>(get: () => T): T | null => {
    try {
      return get();
    } catch {
      return null;
    }
  };
  const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
  /**
   * The sender's own name is in the message: the page stores it in the contact only after the message was reported
   * (WAWebMsgModel.notifyName; WAWebHandlePushnameUpdate, 2026-04-27).
   */
  const senderName = (msg: PageMsg, id: string, tools: BaseTools): string | null => {
    const sender = attempt(() => msg.id.participant) ?? attempt(() => msg.author) ?? attempt(() => msg.from);
    if (attempt(() => msg.id.fromMe) !== false || tools.text(sender as string) !== id) return null;
    const name = attempt(() => msg.notifyName as unknown);
    return typeof name === 'string' && name !== '' && tools.isPerson(id) ? name.slice(0, 256) : null;
  };
  const report = (msg: PageMsg): void => {
    const tools = (window.__wad?.rpc as { tools?: BaseTools } | undefined)?.tools;
    if (tools === undefined) return;
    const named = [
      attempt(() => msg.id.remote),
      attempt(() => msg.id.participant),
      attempt(() => msg.author),
      attempt(() => msg.from),
      attempt(() => msg.to),
      ...list(attempt(() => msg.mentionedJidList)),
      ...list(attempt(() => msg.recipients)),
    ];
    const pairs = named.flatMap((like) => {
      const { pn, lid } = attempt(() => tools.pair(like as string)) ?? { pn: null, lid: null };
      if (pn === null || lid === null || paired.has(`${pn} ${lid}`)) return [];
      paired.add(`${pn} ${lid}`);
      return [{ number: pn, lid }];
    });
    const ids = new Set(named.map((like) => attempt(() => tools.text(like as string)) ?? ''));
    const names = [...ids].flatMap((id) => {
      if (!/@(c\.us|lid|g\.us)$/.test(id)) return [];
      const known = attempt(() => tools.called(id)) ?? { name: null, pushname: null };
      const now = { ...known, pushname: senderName(msg, id, tools) ?? known.pushname };
      if (called.get(id) === `${now.name}\n${now.pushname}`) return [];
      called.set(id, `${now.name}\n${now.pushname}`);
      return [{ id, ...now }];
    });
    if (paired.size > REMEMBERED) paired.clear();
    if (called.size > REMEMBERED) called.clear();
    const send = window[binding] as ((data: PageReport) => unknown) | undefined;
    if (pairs.length > 0 || names.length > 0) send?.({ kind: 'people', pairs, names });
  };
  const wrapped: Read = (msg) => {
    attempt(() => report(msg));
    return read(msg);
  };
  wrapped.reportsPeople = true;
  library.getMessageModel = wrapped;
}
