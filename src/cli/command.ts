// The type of a command's row in the table. The parser, --help, completion and the docs read it; `run` does the work.

import type { Address } from '../protocol/address.js';
import type { WireEvent } from '../protocol/events/index.js';
import type { Params, Result } from '../protocol/method.js';
import type { METHODS, MethodName } from '../protocol/methods/index.js';
import type { ClientPath } from '../socket/path.js';
import type { Output } from './output.js';

export interface Option {
  /** A list may be given several times, or with commas. */
  readonly type: 'text' | 'flag' | 'list';
  /** Of a list: commas are a part of the value. */
  readonly whole?: boolean;
  readonly alias?: string;
  /** What stands for the value in the help. */
  readonly value?: string;
  readonly choices?: readonly string[];
  readonly does: string;
}
export type Options = Readonly<Record<string, Option>>;

export type Values<O extends Options> = {
  readonly [K in keyof O]?: O[K]['type'] extends 'flag'
    ? boolean
    : O[K]['type'] extends 'list'
      ? readonly string[]
      : string;
};

export interface Argument {
  readonly name: string;
  readonly required: boolean;
  readonly does: string;
  readonly choices?: readonly string[];
  /** Several with commas between. */
  readonly list?: boolean;
  /** The last one: as many as are given. */
  readonly rest?: boolean;
}

export type Group = 'Account' | 'Messages and events' | 'Chats and people' | 'Daemon' | 'This program';

export interface Command<O extends Options = Options> {
  readonly name: string;
  readonly group: Group;
  /** One line for the list of commands. */
  readonly does: string;
  /** What each verb does, for commands that have several; a form each, as `cancel ID`. */
  readonly verbs?: readonly (readonly [form: string, does: string])[];
  /** More for the command's own help: paragraphs with an empty line between them, which are filled. */
  readonly notes?: string;
  readonly args: readonly Argument[];
  readonly options: O;
  readonly examples: readonly (readonly [line: string, does: string])[];
  /** Answers the exit status; throws a Fault. */
  run(context: Context<O>): Promise<number>;
}

/** Declares a row; a function only so that `run` knows the types of its options. */
export const command = <const O extends Options>(row: Command<O>): Command => row as unknown as Command;

export interface Globals {
  readonly account: string;
  /** The account was given with -a, which goes before the environment. */
  readonly named: boolean;
  /** As given with --socket. */
  readonly socket: string | undefined;
  readonly output: Output;
  /** As given with --timeout. */
  readonly timeoutMs: number | undefined;
}

type Answer<M extends MethodName> = Result<(typeof METHODS)[M]>;
type Question<M extends MethodName> = Partial<Params<(typeof METHODS)[M]>>;

export interface AskOptions {
  /** Default: --timeout, else 120 s. */
  readonly timeoutMs?: number;
  /** A call whose loss leaves the outcome unknown. */
  readonly writes?: boolean;
}

/** What is said when Ctrl-C ends the program; `ignored` where another program answers it. */
export type Interrupt = (() => string | null) | 'ignored';

/** What a command may use: the line, the daemon (connected when first asked), and the way out. */
export interface Context<O extends Options = Options> extends Globals {
  readonly args: readonly string[];
  readonly options: Values<O>;
  /** Options that make another wactl in this environment speak to the same daemon; for hints. */
  readonly address: Address;
  /** Where the daemon is. @throws Fault usage */
  target(): ClientPath;
  /** Where the answer is shown as text, every text in it is printable. */
  ask<M extends MethodName>(method: M, params: Question<M>, options?: AskOptions): Promise<Answer<M>>;
  /** Any method, also one that this program does not know. The answer is as it came: for JSON and for files. */
  askAny(method: string, params: Record<string, unknown>, options?: AskOptions): Promise<unknown>;
  onEvent(handler: (event: WireEvent) => void): Promise<void>;
  /** Rejects when the connection is lost, with the reason. */
  lost(): Promise<never>;
  /** Prints the RPC result as it is, or the text made of it. */
  show(result: unknown, text: () => string): void;
  warn(text: string): void;
  onInterrupt(does: Interrupt): void;
}
