// The shape of a method row: name, schemas, faults and an example. Types, checks, OpenRPC and docs/rpc.md
// follow from the row; a missing handler does not compile (Handlers).
import { z } from 'zod';
import type { Call } from './dispatch.js';
import type { FaultKind } from './fault-table.js';
import { once } from './once.js';
import type { Scope } from './scope.js';

export interface MethodRow<P extends z.ZodType = z.ZodType, R extends z.ZodType = z.ZodType> {
  readonly name: string;
  /** One sentence for the docs and OpenRPC. */
  readonly does: string;
  /** A write whose deadline passes may have happened; a read never has an effect. */
  readonly effect: 'reads' | 'writes';
  /** What a token of the gateway needs to call it. */
  readonly scope: Scope;
  readonly since: string;
  readonly params: P;
  readonly result: R;
  /** In addition to the JSON-RPC ones, internal, busy, shutting_down, deadline_exceeded, wrong_account, standby and lease_lost. */
  readonly faults: readonly FaultKind[];
  readonly example: { readonly params: z.input<P>; readonly result: z.input<R> };
}

/** A row as it is written: with schemas that are made when they are first used. */
export type DeclaredRow<N extends string, P extends z.ZodType, R extends z.ZodType> = Omit<
  MethodRow<P, R>,
  'name' | 'params' | 'result'
> & { readonly name: N; readonly params: () => P; readonly result: () => R };

/** Declares a row. A program uses few of its methods, and the schemas of all of them take 5 MB. */
export function method<const N extends string, P extends z.ZodType, R extends z.ZodType>(
  row: DeclaredRow<N, P, R>,
): MethodRow<P, R> & { readonly name: N } {
  const [params, result] = [once(row.params), once(row.result)];
  return {
    ...row,
    get params() {
      return params();
    },
    get result() {
      return result();
    },
  };
}

export type Params<M extends MethodRow> = z.output<M['params']>;
export type Result<M extends MethodRow> = z.input<M['result']>;

/** One handler per row of a table. */
export type Handlers<T extends Record<string, MethodRow>> = {
  readonly [N in keyof T]: (params: Params<T[N]>, call: Call) => Promise<Result<T[N]>> | Result<T[N]>;
};

/** `deadlineMs` is a parameter of every request; it is removed before the method's own schema is applied. */
export const deadlineMs = z
  .int()
  .min(1)
  .max(86_400_000)
  .optional()
  .describe('How long the answer may take, in milliseconds. After that it is deadline_exceeded.');

/** `account` is one as well: a daemon of another account refuses the request. */
export const account = z
  .string()
  .max(64)
  .optional()
  .describe('The name of an account. The daemon of another one answers wrong_account and does nothing.');
