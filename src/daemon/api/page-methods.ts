// Methods that the page answers wake a hibernating account, and wait until it is ready.
import type { Handlers, MethodRow } from '../../protocol/method.js';
import type { Hibernation } from '../session/hibernation.js';

/** Methods that can fail because the account is not ready, but have another answer for one that hibernates. */
const OTHERS: readonly string[] = ['message.send', 'session.pair', 'session.answerPasskey'];

interface Sometimes {
  readonly in?: unknown;
  readonly id?: unknown;
}
/** Methods of files: the page is asked only for one that is not on disk. */
const FILES: readonly string[] = ['media.fetch', 'media.transcribe'];

/** Whether the page answers it: without a page it fails with `not_ready`. */
export const needsPage = ({ name, faults }: MethodRow): boolean =>
  faults.includes('not_ready') && !OTHERS.includes(name);

type Handler = (params: unknown, call: { readonly signal: AbortSignal }) => unknown;

/** The same handlers; those of the page's methods wait for it. */
export function waking<T extends Record<string, MethodRow>>(
  methods: T,
  handlers: Handlers<T>,
  hibernation: Pick<Hibernation, 'use'>,
  hasFile: (message: string) => Promise<boolean>,
): Handlers<T> {
  const asksPage = async (name: string, params: Sometimes): Promise<boolean> => {
    if (name === 'message.search') return params.in === 'page';
    return !FILES.includes(name) || !(await hasFile(String(params.id)));
  };
  const all = Object.entries(handlers as Record<string, Handler>).map(([name, handler]) => {
    const row = methods[name];
    if (row === undefined || !needsPage(row)) return [name, handler];
    const wrapped: Handler = async (params, call) =>
      (await asksPage(name, params as Sometimes))
        ? hibernation.use(call.signal, async () => handler(params, call))
        : handler(params, call);
    return [name, wrapped];
  });
  return Object.fromEntries(all) as Handlers<T>;
}
