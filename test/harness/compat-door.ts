// A door for the tables of other programs' routes, in the test's own process: it checks each call against the schema of its
// method, keeps it, and answers with the example of the method's row. No daemon is behind it.
import type { Test } from 'tap';
import { fetchFile } from '../../src/gateway/compat/fetch-file.js';
import { Fields } from '../../src/gateway/compat/fields.js';
import { type Door, isServed, type Request, type Row, type Seen } from '../../src/gateway/compat/row.js';
import type { Fault } from '../../src/protocol/fault.js';
import { METHODS, type MethodName } from '../../src/protocol/methods/index.js';

export interface Called {
  readonly account: string;
  readonly method: MethodName;
  readonly params: unknown;
}

export interface ExampleDoor extends Door {
  readonly calls: Called[];
}

/** @param answers results, or faults, instead of the examples */
export function exampleDoor(
  answers: Partial<Record<MethodName, unknown>> = {},
  accounts: readonly Seen[] = [],
): ExampleDoor {
  const calls: Called[] = [];
  return {
    calls,
    version: '1.2.3',
    accounts: async () => accounts,
    fetchFile,
    holdFile: (_account, _bytes, work) => work(),
    ask: async (account, method, params) => {
      // As on the wire: a field that is undefined would be refused.
      const parsed = METHODS[method].params.parse(params);
      calls.push({ account, method, params: parsed });
      const answer = Object.hasOwn(answers, method) ? answers[method] : METHODS[method].example.result;
      if (answer instanceof Error) throw answer as Fault;
      return METHODS[method].result.parse(answer) as never;
    },
  };
}

interface Parts {
  readonly body?: Record<string, unknown>;
  readonly accept?: string;
}

/** Finds the row of a request by its path pattern, and serves it. @param request `VERB /path?query` */
export async function play(
  rows: readonly Row[],
  request: string,
  door: Door,
  { body = {}, accept = 'application/json' }: Parts = {},
): Promise<{
  readonly status: number;
  readonly type: string;
  readonly bytes: Uint8Array;
  readonly json: unknown;
}> {
  const [verb = '', target = ''] = request.split(' ');
  const { pathname, searchParams } = new URL(target, 'http://localhost');
  const found = rows.map((row) => ({ row, names: match(row, verb, pathname) })).find(({ names }) => names);
  if (!found?.names || !isServed(found.row)) throw new Error(`${request} is not served`);
  const asked: Request = {
    names: found.names,
    query: new Fields(Object.fromEntries(searchParams)),
    body: new Fields(body),
    accept,
  };
  const { status, headers, body: bytes } = await found.row.serve(asked, door);
  const type = headers['Content-Type'] ?? '';
  return {
    status,
    type,
    bytes,
    json: type.startsWith('application/json') ? JSON.parse(String(bytes)) : null,
  };
}

function match(row: Row, verb: string, path: string): Record<string, string> | null {
  if (row.verb !== verb) return null;
  const pattern = row.path.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)');
  const groups = new RegExp(`^${pattern}$`).exec(path);
  if (groups === null) return null;
  return Object.fromEntries(
    Object.entries(groups.groups ?? {}).map(([name, text]) => [name, decodeURIComponent(text)]),
  );
}

/** One request of another program, and what becomes of it. The account is `shop`. */
export interface Case {
  readonly request: string;
  readonly body?: Record<string, unknown>;
  /** Results or faults instead of the examples. */
  readonly answers?: Partial<Record<MethodName, unknown>>;
  /** The calls that are made, each as method and parameters. */
  readonly calls: readonly (readonly [MethodName, object])[];
  readonly status?: number;
  /** The whole answer. */
  readonly answer: unknown;
}

/** A test for each case. */
export function testCases(t: Test, rows: readonly Row[], cases: readonly Case[]): void {
  for (const { request, body, answers, calls, status = 200, answer } of cases)
    t.test(`${request} ${JSON.stringify(body ?? {}).slice(0, 100)}`, async (t) => {
      const door = exampleDoor(answers);
      const reply = await play(rows, request, door, body ? { body } : {});
      t.same(
        door.calls.map(({ method, params }) => [method, params]),
        calls,
      );
      t.ok(door.calls.every(({ account }) => account === 'shop'));
      t.equal(reply.status, status);
      t.same(reply.json, answer);
    });
}
