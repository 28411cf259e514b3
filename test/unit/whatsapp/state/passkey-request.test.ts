/** The events of a passkey request come in order, while linking and for a linked account. */
import t from 'tap';
import { PasskeyRequest } from '../../../../src/whatsapp/state/passkey-request.js';

const OPTIONS = { challenge: 'AAAA', rpId: 'whatsapp.com' } as never;
const within = (timeout: number) => ({ ...(OPTIONS as object), timeout }) as never;

type Act = (request: PasskeyRequest) => void;
const ROWS: readonly (readonly [
  name: string,
  acts: readonly Act[],
  reports: readonly string[],
  asks: unknown,
])[] = [
  [
    'for a link: the code is gone, and there is a limit',
    [(request) => request.asked(1, OPTIONS, 'link')],
    ['qr-gone', 'passkey 600000', 'client.passkey 600000'],
    'link',
  ],
  [
    'the page may wait less long, and not longer',
    [
      (request) => request.asked(1, within(5_000), 'link'),
      (request) => request.asked(2, within(900_000), 'link'),
    ],
    ['qr-gone', 'passkey 5000', 'client.passkey 5000', 'qr-gone', 'passkey 600000', 'client.passkey 600000'],
    'link',
  ],
  [
    'for an account: the state of the link is not concerned',
    [
      (request) => request.asked(1, OPTIONS, 'account'),
      (request) => request.answered(),
      (request) => request.end('refused'),
    ],
    ['passkey 600000', 'passkey-gone', 'passkey-gone'],
    null,
  ],
  [
    'answered once',
    [
      (request) => request.asked(1, OPTIONS, 'link'),
      (request) => request.answered(),
      (request) => request.answered(),
    ],
    ['qr-gone', 'passkey 600000', 'client.passkey 600000', 'passkey-gone', 'client.passkey-answered'],
    null,
  ],
  [
    'asked again after an answer: that one was wrong',
    [
      (request) => request.asked(1, OPTIONS, 'link'),
      (request) => request.answered(),
      (request) => request.asked(2, OPTIONS, 'link'),
    ],
    [
      ...['qr-gone', 'passkey 600000', 'client.passkey 600000', 'passkey-gone', 'client.passkey-answered'],
      ...['passkey-gone', 'client.passkey-over wrong', 'qr-gone', 'passkey 600000', 'client.passkey 600000'],
    ],
    'link',
  ],
  [
    'its end is reported once',
    [
      (request) => request.asked(1, OPTIONS, 'link'),
      (request) => request.end('late'),
      (request) => request.end('late'),
      (request) => request.answered(),
    ],
    ['qr-gone', 'passkey 600000', 'client.passkey 600000', 'passkey-gone', 'client.passkey-over late'],
    null,
  ],
  [
    'a link does not settle the request of an account',
    [(request) => request.asked(1, OPTIONS, 'account'), (request) => request.linked()],
    ['passkey 600000'],
    'account',
  ],
  [
    'a link settles its request',
    [
      (request) => request.asked(1, OPTIONS, 'link'),
      (request) => request.linked(),
      (request) => request.end('gone'),
    ],
    ['qr-gone', 'passkey 600000', 'client.passkey 600000'],
    null,
  ],
  ['an end of nothing', [(request) => request.end('gone'), (request) => request.codeShown()], [], null],
];

for (const [name, acts, expected, asks] of ROWS)
  t.test(name, async (t) => {
    const reports: string[] = [];
    const note = (one: { type: string; limitMs?: number; why?: string }) => {
      reports.push([one.type, one.limitMs ?? one.why].filter((word) => word !== undefined).join(' '));
    };
    const request = new PasskeyRequest({ event: note as never, report: note as never });
    for (const act of acts) act(request);
    t.same(reports, expected);
    t.equal(request.asks, asks);
    request.over();
    t.equal(request.purpose, null, 'over');
  });
