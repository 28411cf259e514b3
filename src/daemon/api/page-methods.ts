// Methods that the page answers wake a hibernating account, and wait until it is ready.
import type { Handlers, MethodRow } from '../../protocol/method.js';
import type { Hibernation } from '../session/hibernation.js';

/** Methods that can fail because the account is not ready, but have another answer for one that hibernates. */
const OTHERS: readonly string[] = ['message.send', 'session.pair', 'session.answerPasskey'];

/** Methods that the page answers for some parameters only. */
const SOMETIMES: Readonly<Record<string, (params: { readonly in?: unknown }) => boolean>> = {
  'message.search': (params) => params.in === 'page',
};

/** Whether the page answers it: without a page it fails with `not_ready`. */
export const needsPage = ({ name, faults }: MethodRow): boolean =>
  faults.includes('not_ready') && !OTHERS.includes(name);

type Handler = (params: unknown, call: { readonly signal: AbortSignal }) => unknown;

/** The same handlers; those of the page's methods wait for it. */
export function waking<T extends Record<string, MethodRow>>(
  methods: T,
  handlers: Handlers<T>,
  hibernation: Pick<Hibernation, 'use'>,
): Handlers<T> {
  const all = Object.entries(handlers as Record<string, Handler>).map(([name, handler]) => {
    const row = methods[name];
    if (row === undefined || !needsPage(row)) return [name, handler];
    const isAsked = SOMETIMES[name] ?? (() => true);
    const wrapped: Handler = (params, call) =>
      isAsked(params as object)
        ? hibernation.use(call.signal, async () => handler(params, call))
        : handler(params, call);
    return [name, wrapped];
  });
  return Object.fromEntries(all) as Handlers<T>;
}
