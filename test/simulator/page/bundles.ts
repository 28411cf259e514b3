/** Modules in bundles that the page fetches on demand, and the parts of the page that fetch them. */
import { knobs, never, pause } from './boot-record.js';

const BUNDLED: ReadonlySet<string> = new Set(['WAWebChatForwardMessage']);
let fetched = false;

/** Whether a module is in a bundle that nobody has asked for yet. */
export const isUnfetched = (name: string): boolean =>
  knobs.forwarding !== 'loaded' && BUNDLED.has(name) && !fetched;

/** As quick as a bundle comes from a cache (wa-js PR #3582 measured 25 ms). */
async function fetchBundle(): Promise<void> {
  await pause(25);
  fetched = true;
}

export const Bootloader = {
  /** Throws for what is no component of this build. */
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

/** Its component is gone: the loadable tries for ever. */
export const ForwardMessageModalLoadable = { requireBundle: () => never<object>() };
