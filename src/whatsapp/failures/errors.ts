// Classifies errors: our own by their class, others by their text. No other file matches error texts of
// puppeteer, Chromium and WhatsApp Web. Texts are those of puppeteer 24.38, Chromium 156 and whatsapp-web.js
// 1.34.7; sources are in docs/hazards.md (H4, H12, H24).

import type { BrokenReason } from '../../session/event.js';
import { TimedOut } from './deadline.js';

const text = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Returns one line for the log, whatever was thrown: the library throws bare strings (`auth timeout`). */
export const errorText = (error: unknown): string => text(error).split('\n', 1)[0]?.slice(0, 500) ?? '';

const MISSING = /Browser was not found at|ENOENT|An `executablePath`|Could not find Chrome/;
const NO_NETWORK = /net::ERR_|Navigation timeout|Page\.navigate timed out/;

/**
 * Why a launch did not reach a working page of WhatsApp Web. Only a browser that never had a page counts as
 * not started. That makes its profile suspect, which a network error or WhatsApp's page must not do.
 */
export const launchReason = (error: unknown, { hadPage }: { hadPage: boolean }): BrokenReason => {
  if (hadPage) return NO_NETWORK.test(text(error)) ? 'network_down' : 'page_unresponsive';
  return MISSING.test(text(error)) ? 'browser_missing' : 'launch_failed';
};

/** The document was replaced meanwhile. Our own code throws this when it notices without an evaluation. */
export class DocumentGone extends Error {}

/** The error and its causes: the text of a Fault is for people, so its cause has the pattern. */
const causes = (error: unknown): readonly unknown[] =>
  error instanceof Error && error.cause !== undefined ? [error, ...causes(error.cause)] : [error];

const says = (error: unknown, pattern: RegExp): boolean =>
  causes(error).some((one) => pattern.test(text(one)));

const NAVIGATION =
  /Execution context was destroyed|Cannot find context|Promise was collected|detached Frame|navigat/i;

/** The document went away during an evaluation; the caller repeats it in the next document. */
export const isNavigation = (error: unknown): boolean =>
  says(error, NAVIGATION) || causes(error).some((one) => one instanceof DocumentGone);

/** The frame is gone for good; the page may have another one by now. */
export const isDetached = (error: unknown): boolean => says(error, /detached Frame/i);

const isGone = (error: unknown): boolean =>
  says(error, /Target closed|Session closed|Connection closed|detached Frame|Page crashed/);

/** True for a time-out of ours or puppeteer's. */
const isLate = (error: unknown): boolean =>
  says(error, /timed out/) || causes(error).some((one) => one instanceof TimedOut);

/** The page or its browser does not answer any more. */
export const isTransport = (error: unknown): boolean =>
  isGone(error) || isLate(error) || says(error, /Protocol error/);

/** The document or the browser is gone; another one may answer. */
export const isReplaced = (error: unknown): boolean => isNavigation(error) || isGone(error);

/** Describes a failed call to the page for people, who cannot interpret the library's texts. */
export function pageTrouble(error: unknown): string {
  if (isNavigation(error)) return 'WhatsApp Web reloaded before it answered.';
  if (isGone(error)) return 'The browser of WhatsApp Web ended before it answered.';
  if (isLate(error)) return 'WhatsApp Web did not answer in time.';
  return `WhatsApp Web did not answer (${errorText(error)}).`;
}

/** WhatsApp's own limit on pairing codes. */
export const isRateLimit = (error: unknown): boolean => /rate-?overlimit|\b429\b/i.test(text(error));

/** True when a rejection came from the library or puppeteer, not from our code (H5). */
export const isFromLibrary = (error: unknown): boolean =>
  typeof error === 'string' ||
  (error instanceof Error && /whatsapp-web\.js|puppeteer/.test(error.stack ?? ''));
