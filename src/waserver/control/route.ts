/** What answers a request of the control API. */
import type { WaServer } from '../wa-server.js';
import type { Args } from './arguments.js';

/** @returns the answer; `{ ok: true }` if it is undefined */
export type Route = (server: WaServer, args: Args) => unknown;
/** By method and path, whose parts with a colon are arguments. */
export type Routes = Readonly<Record<string, Route>>;
