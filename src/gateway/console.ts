// Serves the console, the page on which an operator sees every account.
import { type Page, readPage } from '../http/page.js';

/**
 * Pictures are the QR code, from a `data:` address, and files of messages, which the page has fetched itself.
 * @param directory `dist/console` @throws (rejects) when a file is missing
 */
export const readConsole = (directory: string): Promise<Page> =>
  readPage(directory, { name: 'console', pictures: 'blob: data:' });
