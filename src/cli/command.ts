// The type of a row in the table of commands. The parser, --help, completion and the docs read it; `run` does the work.

import type { Address } from '../protocol/address.js';
import type { WireEvent } from '../protocol/events/index.js';
import type { Params, Result } from '../protocol/method.js';
import type { METHODS, MethodName } from '../protocol/methods/index.js';
import type { ClientPath } from '../socket/path.js';
import type { Output } from './output.js';
import type { Sink } from './sink.js';

export interface Option {
  /** A list may be repeated, or separated by commas. */
  readonly type: 'text' | 'flag' | 'list';
  /** For a list: commas are part of the value. */
  readonly whole?: boolean;
  readonly alias?: string;
  /** The placeholder of the value in the help. */
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
  /** Several values, separated by commas. */
  readonly list?: boolean;
  /** The last argument: it may be repeated. */
  readonly rest?: boolean;
}

export type Group =
  | 'Account'
  | 'Messages and events'
  | 'Chats and people'
  | 'Daemon'
  | 'Gateway'
  | 'Fleet'
  | 'This program';

export interface Command<O extends Options = Options> {
  readonly name: string;
  readonly group: Group;
  /** One line for the list of commands. */
  readonly does: string;
  /** For a command with verbs: the form of each, such as `cancel ID`, and what it does. */
  readonly verbs?: readonly (readonly [form: string, does: string])[];
  /**
   * `-a` may name several accounts, if the first argument is one of these or missing. `in turn`: it uses the terminal
   * itself, so the accounts follow one another.
   */
  readonly many?: { readonly mode: 'at once' | 'in turn'; readonly verbs?: readonly string[] };
  /** `-a` is a value for the command itself, also with several names: no daemon of an account is asked. */
  readonly takesAccounts?: true;
  /** Text for the command's own help: paragraphs, separated by empty lines; each is wrapped. */
  readonly notes?: string;
  readonly args: readonly Argument[];
  readonly options: O;
  readonly examples: readonly (readonly [line: string, does: string])[];
  /** Returns the exit status; throws a Fault. */
  run(context: Context<O>): Promise<number>;
}

/** Declares a row. It is a function so that `run` gets the types of its options. */
export const command = <const O extends Options>(row: Command<O>): Command => row as unknown as Command;

export interface Globals {
  readonly account: string;
  /** True when the account was given with -a, which takes precedence over the environment. */
  readonly named: boolean;
  /** As given with --socket. */
  readonly socket: string | undefined;
  /** As given with --fleet: the account runs on whichever machine of the fleet. */
  readonly fleet: boolean;
  readonly output: Output;
  /** As given with --timeout. */
  readonly timeoutMs: number | undefined;
}

type Answer<M extends MethodName> = Result<(typeof METHODS)[M]>;
type Question<M extends MethodName> = Partial<Params<(typeof METHODS)[M]>>;

export interface AskOptions {
  /** Default: --timeout, else 120 s. */
  readonly timeoutMs?: number;
  /** True for a call that changes something: if its answer is lost, the outcome is unknown. */
  readonly writes?: boolean;
}

/** The message when Ctrl-C ends the program; `ignored` when another program handles Ctrl-C. */
export type Interrupt = (() => string | null) | 'ignored';

/** The interface for commands: the parsed line, the daemon (connected on first use), and the output. */
export interface Context<O extends Options = Options> extends Globals, Pick<Sink, 'show' | 'item' | 'note'> {
  readonly args: readonly string[];
  readonly options: Values<O>;
  /** Options with which another wactl in this environment reaches the same daemon; for hints. */
  readonly address: Address;
  /** The path of the daemon's socket. @throws Fault usage */
  target(): ClientPath;
  /** Calls a method. For text output, every string in the answer is made printable. */
  ask<M extends MethodName>(method: M, params: Question<M>, options?: AskOptions): Promise<Answer<M>>;
  /** Calls any method, also an unknown one. The answer is unchanged, for JSON and for files. */
  askAny(method: string, params: Record<string, unknown>, options?: AskOptions): Promise<unknown>;
  onEvent(handler: (event: WireEvent) => void): Promise<void>;
  /** Rejects when the connection is lost, with the reason. */
  lost(): Promise<never>;
  warn(text: string): void;
  onInterrupt(does: Interrupt): void;
}
