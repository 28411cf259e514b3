/** Modules in bundles that load on demand, and the parts of the page that load them. */
import { knobs, never, pause } from './boot-record.js';

const BUNDLED: ReadonlySet<string> = new Set(['WAWebChatForwardMessage']);
let fetched = false;

/** True when a module is in a bundle that was not requested yet. */
export const isUnfetched = (name: string): boolean =>
  knobs.forwarding !== 'loaded' && BUNDLED.has(name) && !fetched;

/** As fast as a bundle loads from a cache (wa-js PR #3582 measured 25 ms). */
async function fetchBundle(): Promise<void> {
  await pause(25);
  fetched = true;
}

export const Bootloader = {
  /** Throws for an unknown component of this build. */
  loadModules(components: readonly string[], done: () => void): void {
    if (knobs.forwarding !== 'bundle' || components.some((name) => name !== 'WAWebMediaForwardMediaMsg'))
      throw new Error(`Bootloader: no component ${components.join(', ')}`);
    void fetchBundle().then(done);
  },
};

export const ForwardMessageFlowLoadable = {
  async requireBundle(): Promise<object> {
    await fetchBundle();
    return {};
  },
};

/** Its component no longer exists, so it tries for ever. */
export const ForwardMessageModalLoadable = { requireBundle: () => never<object>() };
