/** A page without a browser: functions that would be sent to it run here, on the window that the test gives. */
import { runInThisContext } from 'node:vm';
import type { Page } from 'puppeteer';

/** Sets the global `window` for the functions that run in the page, until the end of the test. */
export function setWindow(t: { teardown(undo: () => void): unknown }, window: object): void {
  const globals = globalThis as { window?: object };
  globals.window = window;
  t.teardown(() => {
    delete globals.window;
  });
}

/** Runs each function or script on the current global `window`. `more`: further members, or a different `evaluate`. */
export const pageHere = (more: object = {}): Page =>
  ({
    evaluate: async (run: string | ((...args: unknown[]) => unknown), ...args: unknown[]) =>
      typeof run === 'string' ? runInThisContext(run) : run(...args),
    ...more,
  }) as unknown as Page;

/** `window.require` of a page with these modules; a missing one throws, as in WhatsApp Web. */
export const requireFrom =
  (modules: Readonly<Record<string, unknown>>) =>
  (name: string): unknown => {
    if (!(name in modules)) throw new Error(`Requiring unknown module "${name}"`);
    return modules[name];
  };
