// Offers the methods of the daemon as functions: `account.message.send(…)` calls `message.send`. The types come from the
// table of methods. At run time there are only names and effects, which the bundle takes from the same table
// (scripts/bundle.mjs), so that neither zod nor a schema is loaded.
import type { Methods } from '../protocol/types.js';
import type { RequestOptions } from '../socket/client.js';

/** Without `writes`, which the table of methods gives. */
export type CallOptions = Omit<RequestOptions, 'writes'>;

/** The methods that `follow()` replaces: a subscription needs a connection that is kept and renewed. */
type Followed = 'subscribe' | 'unsubscribe';

type Method<M> = M extends { params: infer P; result: infer R }
  ? Record<never, never> extends P
    ? (params?: P, options?: CallOptions) => Promise<R>
    : (params: P, options?: CallOptions) => Promise<R>
  : never;

/** Mapped over the keys themselves, so that an editor finds the text of each. */
type Calls<Verbs> = { readonly [V in keyof Verbs]: Method<Verbs[V]> };

/** Every other method, by noun and verb. */
export type Api = { readonly [N in keyof Omit<Methods, 'events'>]: Calls<Methods[N]> } & {
  readonly events: Omit<Calls<Methods['events']>, Followed>;
};

/** Method → effect, inserted by the bundler. */
declare const METHOD_EFFECTS: Readonly<Record<string, 'reads' | 'writes'>>;

export type Call = (method: string, params: object, options: RequestOptions) => Promise<unknown>;

/** Builds the functions of `Api`; each calls `call`. */
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
