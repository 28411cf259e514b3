/** What the requests of a page to the server have in common. */
import type { Connection } from './connection.js';
import type { Server } from './server.js';
import type { Json } from './wire.js';
import type { World } from './world.js';

export interface Asked {
  world: World;
  server: Server;
  connection: Connection;
}
export type Args = { [key: string]: Json };

/** An answer with a status instead of a result. */
export class Refusal extends Error {
  readonly code: number;
  constructor(code: number, text: string) {
    super(text);
    this.code = code;
  }
}

export const NEVER = Symbol('never answered');

export type Questions = { [what: string]: (asked: Asked, args: Args) => Json | typeof NEVER };

/** A string argument of a page's request. */
export const word = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
export const wordsOf = (value: Json | undefined): string[] => (Array.isArray(value) ? value.map(word) : []);
