// A minimal daemon on the real socket server. It answers from a table and records its requests.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Call } from '../../../src/protocol/dispatch.js';
import { Fault } from '../../../src/protocol/fault.js';
import { GATEWAY_METHODS } from '../../../src/protocol/gateway/index.js';
import { METHODS as DAEMON_METHODS } from '../../../src/protocol/methods/index.js';
import { listen } from '../../../src/socket/server.js';

export type Answer = (params: Record<string, unknown>, call: Call) => unknown;

export interface FakeDaemon {
  readonly socket: string;
  readonly asked: { readonly method: string; readonly params: Record<string, unknown> }[];
  /** Closes every connection and removes the socket. */
  close(): Promise<void>;
}

/** The methods of both programs: a test asks for those of one. */
export const METHODS = { ...DAEMON_METHODS, ...GATEWAY_METHODS };
export type MethodName = keyof typeof METHODS;

/** The account in the examples of the table. */
const ACCOUNT = 'default';
const quiet = () => {};
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };

/**
 * Answers with the method's own example unless the table has an answer. Parameters are checked by the
 * method's schema.
 */
export async function fakeDaemon(answers: Partial<Record<MethodName, Answer>> = {}): Promise<FakeDaemon> {
  const home = mkdtempSync(join(tmpdir(), 'wactl-'));
  const socket = join(home, 's');
  const asked: { method: string; params: Record<string, unknown> }[] = [];
  const server = await listen({
    path: socket,
    explicit: true,
    log,
    dispatch: async (method, params, call) => {
      if (!Object.hasOwn(METHODS, method)) throw new Fault('method_not_found');
      const row = METHODS[method as MethodName];
      const { deadlineMs: _, account = ACCOUNT, ...rest } = (params ?? {}) as Record<string, unknown>;
      if (account !== ACCOUNT) throw new Fault('wrong_account');
      const checked = row.params.safeParse(rest);
      if (!checked.success) throw new Fault('invalid_params', { reason: checked.error.message });
      asked.push({ method, params: rest });
      return (await answers[method as MethodName]?.(rest, call)) ?? row.example.result;
    },
  });
  return {
    socket,
    asked,
    close: async () => {
      await server.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
