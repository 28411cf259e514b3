// Who is logged in, and what the token may do. The gateway decides; the console only hides what it would refuse.
import { permits, type Scope } from '../../../src/protocol/scope.js';
import type { MethodName } from '../../../src/protocol/types.js';

/** The answer of GET /api/token. */
export interface Caller {
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Null: every account of the machine. */
  readonly accounts: readonly string[] | null;
  readonly expiresAt: string | null;
}

/** The scope of each method; filled in from the table of methods when the console is bundled. */
declare const METHOD_SCOPES: Readonly<Record<MethodName, Scope>>;

/** True when the token may call this method. */
export const may = (caller: Caller, method: MethodName): boolean =>
  permits(caller.scopes, METHOD_SCOPES[method]);
