// Functions of ours in the page, for the library, which asks whether a name is in the document and exposes it where it is
// not. Puppeteer refuses a name that it has given once: a document that came up while the first was still being
// exposed has none of it, and would never get it; the library's listeners would be left half attached (H2).
import type { Page } from 'puppeteer';

/** From now on a name that is exposed again is put anew into whatever document there is. Nothing to close. */
export function exposeAnew(page: Page): void {
  const expose = page.exposeFunction.bind(page);
  const last = new Map<string, Promise<void>>();
  page.exposeFunction = (name, callee) => {
    const before = last.get(name);
    const mine = (async () => {
      if (before !== undefined) {
        // Puppeteer can only take away what it has put in to the end.
        const isIn = await before.then(
          () => true,
          () => false,
        );
        if (isIn) await page.removeExposedFunction(name);
      }
      await expose(name, callee);
    })();
    last.set(name, mine);
    return mine;
  };
}
