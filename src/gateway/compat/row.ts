// The rows of the tables of other programs' routes: which method answers a route, and how request and answer are translated.
// A route that is not served gives the reason.
import { json, type Reply } from '../../http/reply.js';
import { Fault } from '../../protocol/fault.js';
import type { MethodName } from '../../protocol/methods/index.js';
import type { Answered, Asked } from '../../protocol/types.js';
import type { Fields } from './fields.js';

export type Verb = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** One request, as a row gets it. */
export interface Request {
  /** The decoded values of the `{name}` parts of the path. */
  readonly names: Readonly<Record<string, string>>;
  readonly query: Fields;
  readonly body: Fields;
  /** The header Accept; empty when there is none. */
  readonly accept: string;
}

/** An account that the caller may see. */
export interface Seen {
  readonly account: string;
  /** Null when its daemon does not run or does not answer. */
  readonly status: Answered<'session.status'> | null;
}

/** What rows call. Every call is checked against the scopes and the accounts of the caller. */
export interface Door {
  /** @throws (rejects) Fault of the method, unreachable, not_permitted */
  ask<M extends MethodName>(account: string, method: M, params: Asked<M>): Promise<Answered<M>>;
  /** The accounts that the caller may see, by name. */
  accounts(): Promise<readonly Seen[]>;
  /** The bytes at a url: see fetch-file.ts. Ends with the request. */
  fetchFile(url: string): AsyncIterable<Uint8Array>;
  /**
   * Runs work that holds a file of this size in memory, when there is a place for it.
   * @throws (rejects) Fault busy, interrupted, and those of the work
   */
  holdFile<T>(account: string, bytes: number, work: () => Promise<T>): Promise<T>;
  /** The version of this program. */
  readonly version: string;
}

interface Common {
  readonly verb: Verb;
  readonly path: string;
  /** The version of the other program's document that has the route first; left out: every version that was read. */
  readonly since?: string;
}

export interface Served extends Common {
  /** The methods that it calls. A caller without the scopes of all of them is refused before the body is read. */
  readonly asks: readonly MethodName[];
  /** What differs from the other program, for the docs; empty: nothing that is known. */
  readonly differs: string;
  /** Files come in the body, which may be longer for it. */
  readonly carriesFile: boolean;
  /** The other program requires no key here, and the answer reveals nothing. */
  readonly open: boolean;
  /**
   * The account that a request names. Null for a route over all accounts, or none: it names no account.
   * @throws Fault invalid_params
   */
  readonly accountOf: ((request: Request) => string) | null;
  serve(request: Request, door: Door): Promise<Reply>;
}

export interface Refused extends Common {
  /** Why it is not served, in one sentence. */
  readonly refused: string;
}

export type Row = Served | Refused;

export const isServed = (row: Row): row is Served => !('refused' in row);

/** The translation of one call. */
export interface Translation<M extends MethodName> {
  params(request: Request): Asked<M>;
  answer(result: Answered<M>, request: Request): unknown;
}

export type Options = Partial<Pick<Served, 'differs' | 'carriesFile' | 'open' | 'since'>> & {
  /** The status of a success; 200 when left out. */
  readonly success?: number;
};

/** `undefined` is answered as an empty object: every client can parse it. */
const answered = (value: unknown, success = 200): Reply => json(value === undefined ? {} : value, success);

const common = ({ differs = '', carriesFile = false, open = false, since }: Options) => ({
  differs,
  carriesFile,
  open,
  ...(since !== undefined && { since }),
});

/** Makes the rows of one program. @param accountOf the account that a request names */
export const rowsOf = (accountOf: (request: Request) => string) => ({
  /** A route that makes one call. */
  call<M extends MethodName>(
    verb: Verb,
    path: string,
    method: M,
    { params, answer }: Translation<M>,
    options: Options = {},
  ): Served {
    return {
      ...{ verb, path, asks: [method], accountOf, ...common(options) },
      serve: async (request, door) => {
        const result = await door.ask(accountOf(request), method, params(request));
        return answered(answer(result, request), options.success);
      },
    };
  },

  /** A route that makes several calls. A Reply is sent as it is. */
  work(
    verb: Verb,
    path: string,
    asks: readonly MethodName[],
    serve: (request: Request, door: Door, account: string) => Promise<unknown>,
    options: Options = {},
  ): Served {
    return {
      ...{ verb, path, asks, accountOf, ...common(options) },
      serve: async (request, door) => {
        return replyTo(await serve(request, door, accountOf(request)), options);
      },
    };
  },
});

/** A route over all accounts that the caller may see, or over none. A Reply is sent as it is. */
export const over = (
  verb: Verb,
  path: string,
  asks: readonly MethodName[],
  serve: (request: Request, door: Door) => Promise<unknown>,
  options: Options = {},
): Served => ({
  ...{ verb, path, asks, accountOf: null, ...common(options) },
  serve: async (request, door) => replyTo(await serve(request, door), options),
});

const isReply = (value: unknown): value is Reply =>
  typeof value === 'object' && value !== null && (value as { body?: unknown }).body instanceof Uint8Array;

const replyTo = (value: unknown, { success }: Options): Reply =>
  isReply(value) ? value : answered(value, success);

/** Routes that are not served for one reason. @param routes `VERB /path`, optionally followed by ` since VERSION` */
export const refuse = (reason: string, ...routes: readonly string[]): readonly Refused[] =>
  routes.map((route) => {
    const [verb = '', path = '', , since] = route.split(' ');
    return { verb: verb as Verb, path, refused: reason, ...(since !== undefined && { since }) };
  });

/** For a value of a served route that is not served. */
export const notServed = (reason: string): Fault => new Fault('not_served', { reason });
