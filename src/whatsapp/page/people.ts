// Runs in the page: reports the number and the LID of every person in a message, before the message itself is reported.
// All messages that the library reports go through its `getMessageModel`, which is wrapped here. The page has the
// identities in memory (WAWebApiContact, 2026-04-27); WhatsApp is not queried.
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
  const reported = new Set<string>();
  /** Senders control these fields: a field that cannot be read counts as empty. */
  const attempt = <T>(get: () => T): T | null => {
    try {
      return get();
    } catch {
      return null;
    }
  };
  const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
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
      if (pn === null || lid === null || reported.has(`${pn} ${lid}`)) return [];
      reported.add(`${pn} ${lid}`);
      return [{ number: pn, lid }];
    });
    if (reported.size > REMEMBERED) reported.clear();
    const send = window[binding] as ((data: PageReport) => unknown) | undefined;
    if (pairs.length > 0) send?.({ kind: 'people', pairs });
  };
  const wrapped: Read = (msg) => {
    attempt(() => report(msg));
    return read(msg);
  };
  wrapped.reportsPeople = true;
  library.getMessageModel = wrapped;
}
