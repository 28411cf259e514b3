// What one client does at each step of the library: it prepares and checks the page, and logs the library's failures.
import type { Log } from '../protocol/log.js';
import { errorText, isNavigation, isTransport } from './failures/errors.js';
import { type GuardHooks, NoModules } from './library/guarded-client.js';
import type { ListenerWarnings } from './library/listener-warnings.js';
import { controlPresence, type PresenceOptions } from './page/presence.js';
import type { PageState } from './state/page-state.js';
import type { Readiness } from './state/readiness.js';

export interface HookNeeds extends Pick<GuardHooks, 'pageCreated' | 'step'> {
  readonly readiness: Readiness;
  readonly pageState: PageState;
  readonly presence: PresenceOptions;
  /** Logs failures of the library's listeners. */
  readonly warnings: ListenerWarnings;
  readonly log: Log;
}

export function libraryHooks(needs: HookNeeds): GuardHooks {
  const { readiness, pageState, presence, warnings, log } = needs;
  return {
    pageCreated: (page, session) => needs.pageCreated(page, session),
    step: (step) => needs.step(step),
    beforeInject: (page) => readiness.prepare(page),
    injected: (page) => readiness.injected(page),
    linked: (page) => readiness.linked(page),
    attached: async (page) => {
      await readiness.attached(page);
      const gone = await page.evaluate(controlPresence, presence);
      if (gone.length > 0) log.warn('whatsapp.presence', { missing: gone, build: readiness.build });
    },
    listening: () => readiness.look(),
    eventFailed: (event, error) => {
      // When the page goes away, pending calls of the library fail with it.
      if (isNavigation(error) || isTransport(error))
        log.debug('whatsapp.listener', { event, error: errorText(error) });
      else warnings.warn(event, errorText(error));
    },
    hookFailed: (where, error) => {
      log.warn('whatsapp.trouble', { where, error: errorText(error) });
      if (!isNavigation(error) && !isTransport(error) && !(error instanceof NoModules))
        pageState.capable({ 'session.receive': { state: 'missing', what: [errorText(error)] } });
    },
  };
}
