/** Starts the document: modules, then the two globals that whatsapp-web.js waits for, then the session. */
import { takeBallast } from './ballast.js';
import { knobs, pause } from './boot-record.js';
import { noteEncryption } from './encryption-notice.js';
import { connectInstrument } from './instrument.js';
import { defineModules } from './modules.js';
import { obey } from './orders.js';
import { requireModule } from './require.js';
import { startScreen } from './screen.js';
import { startSession } from './session.js';
import { askBeforeUnload } from './unload.js';

declare global {
  interface Window {
    Debug: { VERSION: string } | undefined;
    require: unknown;
  }
}

connectInstrument(obey);
defineModules();
window.Debug = { VERSION: knobs.pageVersion };
if (knobs.requireDelayMs === 0) window.require = requireModule;
else
  void pause(knobs.requireDelayMs).then(() => {
    window.require = requireModule;
  });
startScreen();
takeBallast(knobs.ballastMb);
askBeforeUnload();
noteEncryption();
void startSession();
// The real page registers one; nothing here depends on it.
navigator.serviceWorker?.register('/sw.js').catch(() => {});
