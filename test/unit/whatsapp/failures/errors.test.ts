/** Error texts of puppeteer, Chromium and WhatsApp Web are mapped to our faults. */
import t from 'tap';
import { Fault } from '../../../../src/protocol/fault.js';
import { TimedOut, within } from '../../../../src/whatsapp/failures/deadline.js';
import {
  DocumentGone,
  errorText,
  isFromLibrary,
  isNavigation,
  isRateLimit,
  isTransport,
  launchReason,
  pageTrouble,
} from '../../../../src/whatsapp/failures/errors.js';

const LAUNCH: readonly (readonly [said: unknown, noPage: string, hadPage: string])[] = [
  [
    new Error('Browser was not found at the configured executablePath (/x)'),
    'browser_missing',
    'page_unresponsive',
  ],
  [new Error('spawn /x ENOENT'), 'browser_missing', 'page_unresponsive'],
  [
    new Error('An `executablePath` or `channel` must be specified for `puppeteer-core`'),
    'browser_missing',
    'page_unresponsive',
  ],
  [new Error('Could not find Chrome (ver. 146.0.7680.31)'), 'browser_missing', 'page_unresponsive'],
  [new Error('spawn /x EACCES'), 'launch_failed', 'page_unresponsive'],
  [new Error('Failed to launch the browser process: Code: 21'), 'launch_failed', 'page_unresponsive'],
  [
    new Error('The browser is already running for /x. Use a different `userDataDir`'),
    'launch_failed',
    'page_unresponsive',
  ],
  [
    new Error('Protocol error (Target.setDiscoverTargets): Target closed'),
    'launch_failed',
    'page_unresponsive',
  ],
  [
    new Error('Target.setDiscoverTargets timed out. Increase the protocolTimeout'),
    'launch_failed',
    'page_unresponsive',
  ],
  [new Error('net::ERR_CONNECTION_REFUSED at https://web.whatsapp.com/'), 'launch_failed', 'network_down'],
  [new Error('net::ERR_NAME_NOT_RESOLVED at https://web.whatsapp.com/'), 'launch_failed', 'network_down'],
  [new Error('Navigation timeout of 20000 ms exceeded'), 'launch_failed', 'network_down'],
  [new Error('Page.navigate timed out. Increase the protocolTimeout'), 'launch_failed', 'network_down'],
  ['auth timeout', 'launch_failed', 'page_unresponsive'],
  [new Error('auth timeout: the page has no modules'), 'launch_failed', 'page_unresponsive'],
  [new Error('Runtime.callFunctionOn timed out'), 'launch_failed', 'page_unresponsive'],
  [undefined, 'launch_failed', 'page_unresponsive'],
];

t.test(
  'only a browser that never had a page did not start: nothing else puts a profile under suspicion',
  (t) => {
    for (const [said, noPage, hadPage] of LAUNCH) {
      t.equal(launchReason(said, { hadPage: false }), noPage, `no page: ${errorText(said)}`);
      t.equal(launchReason(said, { hadPage: true }), hadPage, `a page: ${errorText(said)}`);
    }
    t.end();
  },
);

const TEXTS: readonly (readonly [said: string, is: string])[] = [
  ['Execution context was destroyed, most likely because of a navigation.', 'navigation'],
  ['Execution context was destroyed.', 'navigation'],
  ['Cannot find context with specified id', 'navigation'],
  ["Attempted to use detached Frame 'F00'.", 'navigation transport'],
  ['Navigating frame was detached', 'navigation'],
  ['Protocol error (Runtime.callFunctionOn): Target closed', 'transport'],
  ['Protocol error (X): Session closed. Most likely the page has been closed.', 'transport'],
  ['Connection closed.', 'transport'],
  ['Page crashed!', 'transport'],
  ["Runtime.callFunctionOn timed out. Increase the 'protocolTimeout' setting", 'transport'],
  ['Error: rate-overlimit', 'limit'],
  ['rateOverlimit', 'limit'],
  ['CompanionHelloError: 429', 'limit'],
  ['No LID for user', ''],
  ['r: r', ''],
  ['message 14290 is gone', ''],
];

const meaning = (error: unknown): string =>
  [isNavigation(error) && 'navigation', isTransport(error) && 'transport', isRateLimit(error) && 'limit']
    .filter(Boolean)
    .join(' ');

t.test('what a text says of the page', (t) => {
  for (const [said, is] of TEXTS) {
    t.equal(meaning(new Error(said)), is, said);
    t.equal(meaning(said), is, `${said}, as a bare string`);
  }
  t.end();
});

t.test('errors of our own say it by their class, whatever their text is', async (t) => {
  for (const [error, is] of [
    [new TimedOut('x'), 'transport'],
    [new DocumentGone('x'), 'navigation'],
  ] as const) {
    t.equal(meaning(error), is);
    t.equal(meaning(new Fault('page_error', { reason: 'x', cause: error })), is, 'as the cause of a Fault');
  }
  const late = await within(1, new Promise(() => undefined), 'looking').catch((error: unknown) => error);
  t.ok(late instanceof TimedOut);
});

t.test('one line for the log, whatever was thrown', (t) => {
  const rows: [unknown, string][] = [
    [new Error('first\n    at second'), 'first'],
    ['auth timeout', 'auth timeout'],
    [undefined, 'undefined'],
    [{ code: 1 }, '[object Object]'],
    [new Error('x'.repeat(600)), 'x'.repeat(500)],
    ['', ''],
  ];
  for (const [thrown, line] of rows) t.equal(errorText(thrown), line);
  t.end();
});

t.test('a rejection out of the library, or of our own making', (t) => {
  const from = (stack: string): Error => Object.assign(new Error('x'), { stack });
  t.equal(isFromLibrary('auth timeout'), true, 'the library throws bare strings');
  t.equal(isFromLibrary(from('at Client.inject (node_modules/whatsapp-web.js/src/Client.js:135:1)')), true);
  t.equal(
    isFromLibrary(from('at Client.inject (dist/whatsapp-web.js-6aec62406bc1.cjs:9:1)')),
    true,
    'its bundle',
  );
  t.equal(isFromLibrary(from('at CdpPage (node_modules/puppeteer-core/lib/cjs/x.js:1:1)')), true);
  t.equal(isFromLibrary(from('at Actor.post (build/src/daemon/session/actor.js:1:1)')), false);
  t.equal(isFromLibrary({ code: 1 }), false);
  t.end();
});

t.test('people are told in words of ours, and the original is still known', async (t) => {
  for (const [said, words] of [
    ['Execution context was destroyed, most likely because of a navigation.', /reloaded/],
    ['Protocol error (Runtime.callFunctionOn): Promise was collected', /reloaded/],
    ['Attempted to use detached Frame', /reloaded/],
    ['Protocol error (Runtime.callFunctionOn): Target closed', /browser .* ended/],
    ['Page crashed!', /browser .* ended/],
    ['chats.list timed out after 20000 ms', /in time/],
  ] as const) {
    const reason = pageTrouble(new Error(said));
    t.match(reason, words, said);
    t.notMatch(reason, /context|Protocol|Target|Frame|ms/);
    const fault = new Fault('not_ready', { reason, cause: new Error(said) });
    t.equal(isNavigation(fault), isNavigation(new Error(said)), said);
    t.equal(isTransport(fault), isTransport(new Error(said)), said);
  }
});
