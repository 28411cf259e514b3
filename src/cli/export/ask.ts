// Asks the daemon for an export: answers unchanged, because they go into files and not to a terminal.
import type { MethodName } from '../../protocol/methods/index.js';
import type { Answered, Asked } from '../../protocol/types.js';
import type { AskOptions, Context } from '../command.js';

export type AskTyped = <M extends MethodName>(
  method: M,
  params: Asked<M>,
  options?: AskOptions,
) => Promise<Answered<M>>;

export const askTyped =
  (askAny: Context['askAny']): AskTyped =>
  <M extends MethodName>(method: M, params: Asked<M>, options?: AskOptions) =>
    askAny(method, params as Record<string, unknown>, options) as Promise<Answered<M>>;
