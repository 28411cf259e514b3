/** Reports and checks of the page become life-cycle events, raised on changes and confirmed facts only. */
import { mock } from 'node:test';
import t from 'tap';
import { capabilityWords } from '../../../../src/protocol/capability.js';
import { ESSENTIAL } from '../../../../src/whatsapp/capabilities/needs.js';
import type { Look } from '../../../../src/whatsapp/page/look.js';
import type { PageReport } from '../../../../src/whatsapp/page/page-window.js';
import { PageState } from '../../../../src/whatsapp/state/page-state.js';

const WID = '15550001111@c.us';
const PAGE = 'https://web.whatsapp.com/';

const LOOK: Look = {
  ...{
    url: PAGE,
    whatsappWeb: '2.3000',
    socketState: 'CONNECTED',
    still: false,
    synced: true,
    injected: true,
  },
  ...{
    attaching: true,
    listening: true,
    utils: true,
    wid: WID,
    platform: 'android',
    pushname: 'Me',
    missing: {},
  },
};
const SYNCING: Look = { ...LOOK, synced: false, utils: false, listening: false };

const socket = (state: string, wid: string | null = null): PageReport => ({
  ...{ kind: 'state', state, stream: null, online: true, synced: false, wid },
});
const stream = (to: string, online = true): PageReport => ({
  ...{ kind: 'state', state: 'CONNECTED', stream: to, online, synced: true, wid: WID },
});
const doc = (url: string): PageReport => ({ kind: 'document', url });
const LOGOUT: PageReport = { kind: 'logout' };
const dialog = (text: string, pressed = false): PageReport => ({ kind: 'dialog', text, pressed });

/** As formatted by `words`. */
const A_DIALOG = 'attention {"reason":"action_required","says":"WhatsApp Web shows a dialog: Accept?"}';

const DEAF = { event: () => undefined, report: () => undefined };
const IDLE = { look: () => undefined, refreshQr: () => undefined, warn: () => undefined };

/** A step of a story: a report of the page, a check of it, a QR, or time that passes. */
type Step = PageReport | { readonly look: Look } | { readonly qr: string } | { readonly ms: number };

/** Plays a story. Returns each step's events in words. */
function play(expectsSession: boolean, steps: readonly Step[]): { received: string[]; pageState: PageState } {
  mock.timers.enable({ apis: ['setTimeout'] });
  const received: string[] = [];
  let isTicking = false;
  let last = '· capabilities {}';
  const pageState = new PageState(
    {
      event: ({ type, ...more }) => received.push([type.replace('client.', ''), ...words(more)].join(' ')),
      report: (report) => {
        const { type, ...more } =
          report.type === 'capabilities'
            ? { ...report, capabilities: capabilityWords(report.capabilities) }
            : report;
        const line = ['·', type, ...words(more)].join(' ');
        if (type === 'capabilities' && line === last) return;
        if (type === 'capabilities') last = line;
        received.push(line);
      },
    },
    {
      // Checks requested by the socket's state are not recorded.
      look: () => void (isTicking && received.push('→ look')),
      refreshQr: () => received.push('→ refreshQr'),
      warn: () => undefined,
    },
    expectsSession,
  );
  for (const step of steps) {
    if ('look' in step) pageState.judge(step.look);
    else if ('qr' in step) pageState.qr(step.qr);
    else if ('ms' in step) {
      isTicking = true;
      mock.timers.tick(step.ms);
      isTicking = false;
    } else pageState.handle(step);
  }
  mock.timers.reset();
  return { received, pageState };
}

/** Working capabilities are left out, except the essential ones. */
const describe = (value: object): string =>
  JSON.stringify(
    Object.fromEntries(
      Object.entries(value).filter(([name, word]) => word !== 'ok' || ESSENTIAL.includes(name)),
    ),
  );

const words = (more: object): string[] =>
  Object.values(more).map((value) =>
    value !== null && typeof value === 'object'
      ? 'wid' in value
        ? String(value.pushname ?? value.wid)
        : describe(value)
      : String(value),
  );

const RECEIVES = '· capabilities {"session.receive":"ok"}';
const UP: readonly Step[] = [socket('CONNECTED', WID), { look: LOOK }];
const IS_UP = ['· qr-gone', 'linked null', 'linked Me', RECEIVES, 'ready Me'];

/** [subject, whether a session is expected, steps, events] */
const STORIES: readonly (readonly [string, boolean, readonly Step[], readonly string[]])[] = [
  [
    'a bare page, scanned and synced',
    false,
    [
      doc(PAGE),
      socket('OPENING'),
      socket('UNPAIRED'),
      { qr: 'ref-1,a,b,c' },
      socket('PAIRING', WID),
      socket('CONNECTED', WID),
      { look: SYNCING },
      { look: SYNCING },
      { look: LOOK },
    ],
    ['unpaired', '· qr ref-1,a,b,c', '· qr-gone', 'linked null', 'linked Me', RECEIVES, 'ready Me'],
  ],
  ['a QR before any word of the socket', false, [{ qr: 'ref,a' }], ['unpaired', '· qr ref,a']],
  ['a QR that is composed of nothing after a scan', false, [{ qr: 'undefined,a,b' }], ['· qr-gone']],
  ['of null', false, [{ qr: 'null,a,b' }], ['· qr-gone']],
  ['or of an empty ref', false, [{ qr: ',a,b' }], ['· qr-gone']],
  ['QR codes of a page that is linked', true, [...UP, { qr: 'ref,a' }], IS_UP],
  ['the page idles: its QR is refreshed', false, [socket('UNPAIRED_IDLE')], ['→ refreshQr', 'unpaired']],
  ['one report that no account is linked', false, [socket('UNPAIRED'), socket('UNPAIRED')], ['unpaired']],
  [
    'its page is loaded anew: the QR is worth nothing',
    false,
    [socket('UNPAIRED'), doc(PAGE)],
    ['unpaired', '· qr-gone'],
  ],
  ['pairing with nobody is no link yet', false, [socket('PAIRING')], []],
  ['a saved session comes up', true, [doc(PAGE), socket('OPENING'), ...UP], IS_UP],
  [
    'a page that stays linked and never gets ready makes no news',
    true,
    [
      socket('CONNECTED', WID),
      { look: SYNCING },
      { look: SYNCING },
      socket('CONNECTED', WID),
      { look: SYNCING },
    ],
    ['· qr-gone', 'linked null', 'linked Me'],
  ],
  [
    'who it is may be known by halves at first',
    true,
    [{ look: { ...SYNCING, pushname: null } }, { look: SYNCING }],
    ['· qr-gone', `linked ${WID}`, 'linked Me'],
  ],
  ['ready is reported at each look', true, [...UP, { look: LOOK }], [...IS_UP, 'ready Me']],
  ['the network goes', true, [...UP, socket('OPENING')], [...IS_UP, 'offline']],
  ['for long', true, [...UP, socket('OPENING'), socket('TIMEOUT')], [...IS_UP, 'offline', 'offline']],
  [
    'and comes back',
    true,
    [...UP, socket('TIMEOUT'), socket('OPENING'), ...UP],
    [...IS_UP, 'offline', 'linked null', 'ready Me'],
  ],
  [
    'at a start OPENING is the way up, and TIMEOUT is not',
    true,
    [socket('OPENING'), socket('TIMEOUT')],
    ['offline'],
  ],
  [
    'a page that cannot connect stays OPENING',
    true,
    [doc(PAGE), socket('OPENING'), { ms: 7_000 }, { ms: 2_000 }],
    ['offline'],
  ],
  [
    'a slow start is no loss',
    true,
    [doc(PAGE), socket('OPENING'), { ms: 7_000 }, ...UP, { ms: 9_000 }],
    IS_UP,
  ],
  [
    'without a session there is nobody to wait for',
    false,
    [socket('TIMEOUT'), socket('OPENING'), { ms: 9_000 }],
    [],
  ],
  [
    'a connection that goes while syncing is reported when it is back',
    true,
    [socket('CONNECTED', WID), socket('OPENING'), socket('CONNECTED', WID)],
    ['· qr-gone', 'linked null', 'linked null'],
  ],
  [
    'a reload of the page’s own',
    true,
    [...UP, doc(PAGE), ...UP],
    [...IS_UP, 'reloading', 'linked null', '· capabilities {}', RECEIVES, 'ready Me'],
  ],
  [
    'a reload before it was ever ready',
    true,
    [socket('CONNECTED', WID), doc(PAGE), socket('CONNECTED', WID)],
    ['· qr-gone', 'linked null', 'linked null'],
  ],
  ['the phone unlinks: reported by the page', true, [...UP, LOGOUT], [...IS_UP, 'logged-out true']],
  ['by the page after it', true, [...UP, doc(`${PAGE}?post_logout=1&x=2`)], [...IS_UP, 'logged-out true']],
  [
    'WhatsApp has banned the account',
    true,
    [...UP, { kind: 'failure', code: 406 }, LOGOUT],
    [...IS_UP, 'logged-out true banned'],
  ],
  [
    'WhatsApp has locked the account, and a QR is the next word',
    true,
    [...UP, { kind: 'failure', code: 403 }, doc(PAGE), socket('UNPAIRED')],
    [...IS_UP, 'reloading', 'logged-out true locked'],
  ],
  [
    'WhatsApp has locked the account, and only the document after it says so',
    true,
    [...UP, doc(`${PAGE}?logout_reason=3&logout_message_header=x`)],
    [...IS_UP, 'logged-out true locked'],
  ],
  [
    'the page gives up the link by itself, and says why',
    true,
    [...UP, { kind: 'gives-up', reason: 'syncd_failure' }, { kind: 'logout-begins' }, LOGOUT],
    [...IS_UP, 'logged-out true syncd_failure'],
  ],
  [
    'the page gives up the link, and a QR is the next word',
    true,
    [...UP, { kind: 'gives-up', reason: 'syncd_failure' }, doc(PAGE), socket('UNPAIRED')],
    [...IS_UP, 'reloading', 'logged-out true syncd_failure'],
  ],
  ...(
    [
      ['?logout_reason=0', 'client_fatal'],
      ['?logout_reason=1', 'sync_fail'],
      ['?post_logout=1&logout_reason=2', 'initial_history_sync_timeout'],
    ] as const
  ).map(
    ([address, why]) =>
      [
        `the page gives up the link, and only the document after it says so: ${address}`,
        true,
        [...UP, doc(`${PAGE}${address}`)],
        [...IS_UP, `logged-out true ${why}`],
      ] as const,
  ),
  [
    'a reason that is no word of the page’s own',
    true,
    [...UP, doc(`${PAGE}?post_logout=1&logout_reason=401`)],
    [...IS_UP, 'logged-out true'],
  ],
  [
    'a page that was to give up the link and comes back linked has not',
    true,
    [...UP, { kind: 'gives-up', reason: 'syncd_failure' }, doc(PAGE), ...UP, LOGOUT],
    [...IS_UP, ...['reloading', 'linked null', '· capabilities {}', RECEIVES, 'ready Me'], 'logged-out true'],
  ],
  [
    'WhatsApp knows the device no more',
    true,
    [{ kind: 'failure', code: 401 }, doc(PAGE), socket('UNPAIRED')],
    ['logged-out true'],
  ],
  [
    'a failure that costs nothing',
    true,
    [...UP, { kind: 'failure', code: 503 }, socket('UNPAIRED'), { ms: 2_999 }],
    IS_UP,
  ],
  [
    'by the state first: the word is waited for',
    true,
    [...UP, socket('UNPAIRED'), { ms: 2_999 }, LOGOUT, { ms: 10_000 }],
    [...IS_UP, 'logged-out true'],
  ],
  [
    'a QR after the page began to log out needs no other word',
    true,
    [...UP, { kind: 'logout-begins' }, doc(PAGE), socket('UNPAIRED'), socket('UNPAIRED')],
    [...IS_UP, 'reloading', 'logged-out true'],
  ],
  [
    'a page that began to and comes back linked has not',
    true,
    [
      ...UP,
      { kind: 'logout-begins' },
      doc(PAGE),
      socket('CONNECTED', WID),
      { look: LOOK },
      socket('UNPAIRED'),
      { ms: 2_999 },
    ],
    [...IS_UP, 'reloading', 'linked null', '· capabilities {}', RECEIVES, 'ready Me'],
  ],
  ['a QR alone, for three seconds', true, [socket('UNPAIRED'), { ms: 3_000 }], ['logged-out false']],
  [
    'reported once',
    true,
    [socket('UNPAIRED'), { ms: 3_000 }, { qr: 'ref,a' }, { ms: 3_000 }],
    ['logged-out false'],
  ],
  [
    'a QR that is no more than a moment',
    true,
    [socket('UNPAIRED'), { ms: 2_000 }, ...UP, { ms: 10_000 }],
    IS_UP,
  ],
  [
    'a bare page that is asked to log out has nothing to lose',
    false,
    [LOGOUT, doc(`${PAGE}?post_logout=1`)],
    [],
  ],
  [
    'unlinked right after the scan',
    false,
    [socket('UNPAIRED'), socket('PAIRING', WID), LOGOUT],
    ['unpaired', '· qr-gone', 'linked null', 'logged-out true'],
  ],
  [
    'another WhatsApp Web took the session, and let go of it',
    true,
    [...UP, socket('CONFLICT'), ...UP],
    [...IS_UP, 'conflict', 'linked null', 'ready Me'],
  ],
  [
    'another WhatsApp Web took the session, and the state does not say so',
    true,
    [...UP, stream('DISCONNECTED'), { ms: 7_000 }, { ms: 2_000 }, { look: { ...LOOK, still: true } }, ...UP],
    [...IS_UP, 'conflict', 'linked null', 'ready Me'],
  ],
  [
    'the same, without a network',
    true,
    [...UP, stream('DISCONNECTED', false), { ms: 9_000 }],
    [...IS_UP, 'offline'],
  ],
  [
    'the connection was cut, and another one has begun',
    true,
    [...UP, stream('DISCONNECTED'), { ms: 1_000 }, socket('OPENING'), { ms: 9_000 }],
    [...IS_UP, 'offline'],
  ],
  [
    'nothing flowed for a moment',
    true,
    [...UP, stream('DISCONNECTED'), { ms: 1_000 }, stream('CONNECTED'), { ms: 9_000 }],
    IS_UP,
  ],
  ['banned', true, [socket('TOS_BLOCK')], ['refused banned']],
  ['banned, as a business', true, [socket('SMB_TOS_BLOCK')], ['refused banned']],
  ['too old', true, [socket('DEPRECATED_VERSION')], ['refused outdated_library']],
  ['a proxy is in the way', true, [...UP, socket('PROXYBLOCK')], [...IS_UP, 'offline']],
  ['the socket was never begun', true, [...UP, socket('UNLAUNCHED')], [...IS_UP, 'offline']],
  [
    'the page strays',
    true,
    [...UP, doc('https://example.org/')],
    [...IS_UP, 'broken page_unresponsive the page went to https://example.org/'],
  ],
  [
    'a reload that finds no network',
    true,
    [...UP, doc('chrome-error://chromewebdata/')],
    [...IS_UP, 'broken network_down the page went to chrome-error://chromewebdata/'],
  ],
  ['before there was a page nothing strays', true, [doc('about:blank')], []],
  ['a dialog that was dealt with', true, [dialog('What’s new', true)], []],
  [
    'a dialog that waits, and goes',
    true,
    [dialog('Accept?'), { kind: 'dialog-gone' }, { kind: 'dialog-gone' }],
    [A_DIALOG, 'attention null'],
  ],
  [
    'a dialog whose page goes',
    true,
    [...UP, dialog('Accept?'), doc(PAGE)],
    [...IS_UP, A_DIALOG, 'attention null', 'reloading'],
  ],
  ['not synced', true, [{ look: { ...LOOK, synced: false } }], ['· qr-gone', 'linked Me']],
  ['the library is not in the page', true, [{ look: { ...LOOK, utils: false } }], ['· qr-gone', 'linked Me']],
  ['deaf', true, [{ look: { ...LOOK, listening: false } }], ['· qr-gone', 'linked Me']],
  ['connected as nobody', true, [{ look: { ...LOOK, wid: null } }], []],
  ['somebody, and not connected', true, [{ look: { ...LOOK, socketState: 'OPENING' } }], []],
  [
    'modules that come late are not reported as missing, and ready waits for those that it needs',
    true,
    [{ look: { ...LOOK, missing: { 'WAWebMsgKey.newId': 1_999, 'WALinkify.findLink': 0 } } }, { look: LOOK }],
    ['· qr-gone', 'linked Me', RECEIVES, 'ready Me'],
  ],
  [
    'a lasting lack is reported, and is ok again once the module has come',
    true,
    [
      { look: { ...LOOK, missing: { 'WALinkify.findLink': 500 } } },
      { look: { ...LOOK, missing: { 'WALinkify.findLink': 2_000 } } },
      { look: LOOK },
    ],
    [
      '· qr-gone',
      'linked Me',
      '· capabilities {"session.receive":"ok"}',
      'ready Me',
      '· capabilities {"message.links":"missing: WALinkify.findLink","session.receive":"ok"}',
      'ready Me',
      '· capabilities {"session.receive":"ok"}',
      'ready Me',
    ],
  ],
  [
    'a lack is looked at again when it is decided, and then after as long as it has lasted',
    true,
    [
      { look: { ...LOOK, missing: { 'WALinkify.findLink': 500 } } },
      { ms: 1_499 },
      { ms: 1 },
      { look: { ...LOOK, missing: { 'WALinkify.findLink': 3_000 } } },
      { ms: 3_000 },
      { look: LOOK },
      { ms: 600_000 },
    ],
    [
      '· qr-gone',
      'linked Me',
      '· capabilities {"session.receive":"ok"}',
      'ready Me',
      '→ look',
      '· capabilities {"message.links":"missing: WALinkify.findLink","session.receive":"ok"}',
      'ready Me',
      '→ look',
      '· capabilities {"session.receive":"ok"}',
      'ready Me',
    ],
  ],
  [
    'what ready rests on is missing until it comes',
    true,
    [
      { look: { ...LOOK, missing: { 'WAWebMsgKey.newId': 2_000, 'WALinkify.findLink': 2_000 } } },
      { look: LOOK },
    ],
    [
      '· capabilities {"message.links":"missing: WALinkify.findLink","send.text":"missing: WAWebMsgKey.newId"}',
      '· qr-gone',
      'linked Me',
      '· capabilities {}',
      '· capabilities {"session.receive":"ok"}',
      'ready Me',
    ],
  ],
  [
    'what has not come by then is not part of this build: nothing will get ready here',
    true,
    [
      { look: { ...SYNCING, missing: { 'WAWebCollections.Msg': 2_000 } } },
      { ms: 4_000 },
      { look: { ...SYNCING, missing: { 'WAWebCollections.Msg': 4_000 } } },
      { ms: 4_000 },
    ],
    [
      '· capabilities {"session.receive":"missing: WAWebCollections.Msg","send.text":"missing: WAWebCollections.Msg"}',
      '· qr-gone',
      'linked Me',
      '→ look',
      'refused outdated_library session.receive is missing: WAWebCollections.Msg; send.text is missing: WAWebCollections.Msg',
      '→ look',
    ],
  ],
  [
    'what only a side capability needs keeps nobody from being ready',
    true,
    [{ look: { ...LOOK, missing: { 'WALinkify.findLink': 60_000 } } }, { ms: 60_000 }],
    [
      '· capabilities {"message.links":"missing: WALinkify.findLink"}',
      '· qr-gone',
      'linked Me',
      '· capabilities {"message.links":"missing: WALinkify.findLink","session.receive":"ok"}',
      'ready Me',
      '→ look',
    ],
  ],
  [
    'a page that waits for a phone may lack what sending takes, and can be linked',
    false,
    [
      socket('UNPAIRED'),
      { look: { ...LOOK, socketState: 'UNPAIRED', missing: { 'WAWebMsgKey.newId': 60_000 } } },
      { ms: 60_000 },
    ],
    ['unpaired', '· capabilities {"send.text":"missing: WAWebMsgKey.newId"}', '→ look'],
  ],
  [
    'a code that our stand-ins made is no code',
    false,
    [{ look: { ...LOOK, wid: null, missing: { 'WABase64.encodeB64': 0 } } }, { qr: 'ref,,,' }],
    ['unpaired'],
  ],
  [
    'a LID is no phone number',
    true,
    [{ look: { ...LOOK, wid: '99@lid', pushname: null, platform: null } }],
    ['· qr-gone', 'linked 99@lid', RECEIVES, 'ready 99@lid'],
  ],
];

t.test('stories of pages', (t) => {
  for (const [about, expectsSession, steps, received] of STORIES)
    t.same(play(expectsSession, steps).received, received, about);
  t.end();
});

t.test('a page that cannot send is not ready, and is once it was patched', (t) => {
  const { received, pageState } = play(true, []);
  pageState.capable({ 'send.text': { state: 'missing', what: ['no door'] } });
  pageState.judge(LOOK);
  t.equal(pageState.phase, 'linked');
  pageState.capable({ 'send.text': { state: 'patched' } });
  pageState.capable({ 'send.text': { state: 'patched' } });
  pageState.judge(LOOK);
  t.equal(pageState.phase, 'ready');
  t.same(
    received.filter((what) => what.startsWith('·')),
    [
      '· capabilities {"send.text":"missing: no door"}',
      '· qr-gone',
      '· capabilities {"send.text":"patched"}',
      '· capabilities {"send.text":"patched","session.receive":"ok"}',
    ],
    'reported when they change',
  );
  t.end();
});

t.test('who is linked, as far as the page knows', (t) => {
  const rows: [Partial<Look>, object][] = [
    [{}, { wid: WID, phone: '15550001111', platform: 'android', pushname: 'Me' }],
    [{ wid: '15550001111:7@c.us' }, { phone: '15550001111' }],
    [{ wid: '99@lid' }, { phone: null }],
    [
      { platform: null, pushname: null },
      { platform: 'web', pushname: null },
    ],
  ];
  for (const [seen, me] of rows) {
    const reports: unknown[] = [];
    const listener = { event: (event: unknown) => reports.push(event), report: () => undefined };
    new PageState(listener, IDLE, true).judge({ ...LOOK, ...seen });
    t.match(reports.at(-1), { type: 'client.ready', me }, JSON.stringify(seen));
  }
  t.end();
});

t.test('once it is over, or broken, nothing more is said', (t) => {
  const all: readonly Step[] = [
    socket('CONNECTED', WID),
    { look: LOOK },
    LOGOUT,
    doc('https://example.org/'),
    { qr: 'a,b' },
  ];
  const over = play(true, [socket('UNPAIRED')]);
  over.pageState.over();
  over.pageState.over();
  over.pageState.broken('browser_crashed', 'gone');
  for (const step of all)
    if ('look' in step) over.pageState.judge(step.look);
    else if ('qr' in step) over.pageState.qr(step.qr);
    else if ('kind' in step) over.pageState.handle(step);
  t.same(over.received, []);
  const { received, pageState } = play(true, []);
  pageState.broken('browser_crashed', 'gone');
  pageState.broken('browser_crashed', 'again');
  t.same(received, ['broken browser_crashed gone']);
  t.equal(pageState.phase, 'over');
  t.end();
});

t.test('a logout of ours hears that the page has given up its credentials', (t) => {
  const words: readonly (readonly [string, readonly PageReport[], number])[] = [
    ['its word', [LOGOUT], 0],
    ['the page after it', [doc(`${PAGE}?post_logout=1`)], 0],
    ['a QR that stays', [socket('UNPAIRED')], 3_000],
  ];
  for (const [about, steps, ms] of words) {
    mock.timers.enable({ apis: ['setTimeout'] });
    const pageState = new PageState(DEAF, IDLE, true);
    let received = 0;
    pageState.judge(LOOK);
    pageState.unlinked = () => {
      received++;
    };
    for (const one of steps) pageState.handle(one);
    mock.timers.tick(ms);
    mock.timers.reset();
    t.equal(received, 1, about);
  }
  t.end();
});
