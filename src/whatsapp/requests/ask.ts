// Runs one request in the page, within a time limit, and turns every failure into a Fault.
import type { Page } from 'puppeteer';
import { Fault } from '../../protocol/fault.js';
import { within } from '../failures/deadline.js';
import { isReplaced, pageTrouble } from '../failures/errors.js';

/**
 * @param ms the page's time limit
 * @throws Fault not_ready without a page, or when it reloads meanwhile; page_error when it does not answer
 */
export type Ask = <T>(ms: number, question: (page: Page) => Promise<T>) => Promise<T>;

/** @param page throws a Fault while there is none */
export const asker =
  (page: () => Page): Ask =>
  async (ms, question) => {
    try {
      return await within(ms, question(page()), 'WhatsApp Web');
    } catch (error) {
      if (error instanceof Fault) throw error;
      const kind = isReplaced(error) ? 'not_ready' : 'page_error';
      throw new Fault(kind, { reason: pageTrouble(error), cause: error });
    }
  };
