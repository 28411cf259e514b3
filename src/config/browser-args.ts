// The table of permitted Chromium arguments (`browser.args`), each with the reason why it is harmless. It is an
// allow-list, because Chromium has about 1,500 switches, and some, also new ones, open its sandbox or run another
// program. To use a switch that is missing here, put it into a script and name the script in `browser.path`.
import { z } from 'zod';
import { nearest } from '../protocol/nearest.js';
import type { Kind } from './row.js';

interface BrowserArg {
  /** The switch, with a placeholder if it takes a value. */
  readonly form: string;
  readonly value?: RegExp;
  readonly why: string;
}

const HEAP = '--max-(?:old|semi)-space-size=\\d{1,6}';

/** The features that occur in lists that people copy. */
const FEATURES =
  'Translate|TranslateUI|MediaRouter|DialMediaRouteProvider|OptimizationHints|BackForwardCache|AcceptCHFrame|InterestFeedContentSuggestions|CalculateNativeWinOcclusion';

export const BROWSER_ARGS: readonly BrowserArg[] = [
  // Where its traffic goes. The browser still checks the certificates.
  { form: '--proxy-server=ADDRESS', value: /./, why: 'names a proxy, which sees encrypted traffic only' },
  { form: '--proxy-bypass-list=HOSTS', value: /./, why: 'names hosts that do not use the proxy' },
  { form: '--no-proxy-server', why: 'ignores the proxy of the environment' },
  {
    form: '--host-resolver-rules=RULES',
    value: /./,
    why: 'maps host names; certificates are still checked',
  },
  { form: '--disable-quic', why: 'uses TCP only, for networks that drop UDP' },
  // What it costs.
  {
    form: '--js-flags=FLAGS',
    value: new RegExp(
      `^(?:${HEAP}|--optimize-for-size|--lite-mode|--jitless)(?:[ ,](?:${HEAP}|--optimize-for-size|--lite-mode|--jitless))*$`,
    ),
    why: 'sizes of the heap, and less memory for less speed; other flags of V8 expose its internals',
  },
  { form: '--disk-cache-size=BYTES', value: /^\d{1,12}$/, why: 'bounds the cache' },
  { form: '--media-cache-size=BYTES', value: /^\d{1,12}$/, why: 'bounds the cache' },
  { form: '--disable-dev-shm-usage', why: 'shared memory in /tmp, for a small /dev/shm' },
  { form: '--disable-gpu', why: 'one process fewer that handles foreign bytes' },
  { form: '--disable-software-rasterizer', why: 'one process fewer that handles foreign bytes' },
  { form: '--disable-accelerated-2d-canvas', why: 'draws on the CPU' },
  { form: '--disable-extensions', why: 'runs less' },
  { form: '--disable-default-apps', why: 'runs less' },
  { form: '--disable-component-update', why: 'fetches less' },
  { form: '--disable-background-networking', why: 'fetches less' },
  { form: '--disable-sync', why: 'fetches less' },
  { form: '--disable-notifications', why: 'shows less' },
  { form: '--disable-popup-blocking', why: 'opens popups of the page, in the same sandbox' },
  {
    form: '--disable-features=NAMES',
    value: new RegExp(`^(?:${FEATURES})(?:,(?:${FEATURES}))*$`),
    why: 'only features that show or fetch something; others protect the browser',
  },
  { form: '--user-agent=TEXT', value: /^[\x20-\x7e]+$/, why: 'the name of the browser that the page gets' },
  { form: '--disable-speech-api', why: 'runs less' },
  { form: '--disable-breakpad', why: 'writes no crash dumps, which would contain the session' },
  { form: '--disable-domain-reliability', why: 'reports less' },
  { form: '--metrics-recording-only', why: 'reports less' },
  { form: '--disable-background-timer-throttling', why: 'lets a hidden page run like a visible one' },
  { form: '--disable-backgrounding-occluded-windows', why: 'lets a hidden page run like a visible one' },
  { form: '--disable-renderer-backgrounding', why: 'lets a hidden page run like a visible one' },
  // How it looks and sounds.
  { form: '--lang=LANGUAGE', value: /^[A-Za-z]{2,3}(?:[-_]\w{2,8})*$/, why: 'the language of the page' },
  { form: '--accept-lang=LANGUAGES', value: /^[\w,;=.\- ]+$/, why: 'the language of the page' },
  { form: '--window-size=WIDTH,HEIGHT', value: /^\d{1,5},\d{1,5}$/, why: 'geometry' },
  { form: '--window-position=X,Y', value: /^-?\d{1,5},-?\d{1,5}$/, why: 'geometry' },
  { form: '--force-device-scale-factor=N', value: /^\d(?:\.\d+)?$/, why: 'geometry' },
  { form: '--start-maximized', why: 'geometry' },
  { form: '--hide-scrollbars', why: 'geometry' },
  { form: '--ozone-platform=NAME', value: /^(?:x11|wayland|headless)$/, why: 'the display for windows' },
  {
    form: '--ozone-platform-hint=NAME',
    value: /^(?:auto|x11|wayland)$/,
    why: 'the display for windows',
  },
  {
    form: '--font-render-hinting=NAME',
    value: /^(?:none|slight|medium|full|max)$/,
    why: 'how text is drawn',
  },
  { form: '--force-color-profile=NAME', value: /^[\w-]+$/, why: 'how pictures are drawn' },
  { form: '--mute-audio', why: 'sounds of the page' },
  // Switches that puppeteer sets anyway, and that lists on the web contain.
  { form: '--no-first-run', why: 'shows less' },
  { form: '--no-default-browser-check', why: 'shows less' },
  { form: '--password-store=basic', why: 'asks no keyring' },
  { form: '--disable-blink-features=AutomationControlled', why: 'the page sees no navigator.webdriver' },
];

/** The name of a switch: the part before the first `=`. */
const nameOf = (arg: string): string => arg.replace(/=.*$/s, '');

/** True when the whole argument matches a row of the table. */
function isAllowed(arg: string): boolean {
  if (arg.includes('\0')) return false;
  return BROWSER_ARGS.some(({ form, value }) =>
    value === undefined
      ? arg === form
      : arg.startsWith(`${nameOf(form)}=`) && value.test(arg.slice(nameOf(form).length + 1)),
  );
}

/** Extra arguments for Chromium, in any order. */
export const browserArgs = (): Kind<readonly string[]> => ({
  schema: z.array(z.string().refine(isAllowed)).max(200),
  written: 'words',
  expects: 'a list of Chromium arguments that are permitted (docs/config.md)',
  unit: null,
  suggest(arg) {
    const name = nearest(
      nameOf(arg),
      BROWSER_ARGS.map(({ form }) => nameOf(form)),
    );
    return BROWSER_ARGS.find(({ form }) => nameOf(form) === name)?.form ?? null;
  },
});
