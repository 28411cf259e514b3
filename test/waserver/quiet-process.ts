/**
 * Baileys leaves timers behind when it is closed (30 s after keys were uploaded, 120 s after a history), and its libsignal
 * prints sessions. Neither may keep the process of a test alive or fill its output. To be imported before Baileys.
 */
const unref =
  <A extends unknown[]>(start: (...args: A) => NodeJS.Timeout) =>
  (...args: A): NodeJS.Timeout =>
    start(...args).unref();
Object.assign(globalThis, {
  setTimeout: unref(globalThis.setTimeout),
  setInterval: unref(globalThis.setInterval),
});

const silent = (): void => {};
Object.assign(console, { info: silent, warn: silent, error: silent });
