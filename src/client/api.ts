// The methods of the daemon as a program calls them: `account.message.send(…)` is `message.send`. The types are the
// table's own; at run time there are names and effects only, which the bundle takes from the same table
// (scripts/bundle.mjs), so that neither zod nor a schema is loaded.
import type { Methods } from '../protocol/types.js';
import type { RequestOptions } from '../socket/client.js';

/** `writes` is known from the table. */
export type CallOptions = Omit<RequestOptions, 'writes'>;

/** These two are `follow()`'s: the events of a subscription need a connection that is looked after. */
type Followed = 'subscribe' | 'unsubscribe';

type Method<M> = M extends { params: infer P; result: infer R }
  ? Record<never, never> extends P
    ? (params?: P, options?: CallOptions) => Promise<R>
    : (params: P, options?: CallOptions) => Promise<R>
  : never;

/** Mapped over the keys themselves, so that an editor finds the text of each. */
type Calls<Verbs> = { readonly [V in keyof Verbs]: Method<Verbs[V]> };

/** Every method but those two, by noun and verb. */
export type Api = { readonly [N in keyof Omit<Methods, 'events'>]: Calls<Methods[N]> } & {
  readonly events: Omit<Calls<Methods['events']>, Followed>;
};

/** Method → effect, put in by the bundle. */
declare const METHOD_EFFECTS: Readonly<Record<string, 'reads' | 'writes'>>;

export type Call = (method: string, params: object, options: RequestOptions) => Promise<unknown>;

/** The functions behind `Api`, each of which hands over to `call`. */
export function apiOver(call: Call): Api {
  const api: Record<string, Record<string, unknown>> = {};
  for (const [name, effect] of Object.entries(METHOD_EFFECTS)) {
    const [noun = '', verb = ''] = name.split('.');
    api[noun] ??= {};
    api[noun][verb] = (params: object = {}, options: CallOptions = {}) =>
      call(name, params, { ...options, writes: effect === 'writes' });
  }
  return api as unknown as Api;
}
