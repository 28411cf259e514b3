// The type of an install: what the page gets, or is made to do, at a fixed time. It needs no probe, and no capability's state
// depends on its result.
import type { Page } from 'puppeteer';
import type { Break } from './break.js';

/** The times in a document's life, in order. */
export type InstallTime =
  /** Before the modules of the document are used. */
  | 'document'
  /** The first modules are registered, or are certainly missing. */
  | 'modules'
  /** The library has injected itself. */
  | 'injected'
  /** A check has found that the page is synced and that the library does not know. */
  | 'synced'
  /** The library's functions are in the page, and its listeners are attached. */
  | 'attached';

export interface Install extends Omit<Break, 'capability'> {
  /** The account works without it: a failure is only logged. */
  readonly isOptional: boolean;
  /** May be called more than once in a document. */
  install(page: Page): Promise<unknown>;
}
