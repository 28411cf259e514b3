/**
 * The outcome of a send is taken from the page's store, and is "absent" only if the page that took it says
 * so.
 */
import { tmpdir } from 'node:os';
import t from 'tap';
import type { Content } from '../../../../src/protocol/content.js';
import { Fault } from '../../../../src/protocol/fault.js';
import type { PageRpc } from '../../../../src/whatsapp/requests/page-rpc.js';
import { resend, send } from '../../../../src/whatsapp/requests/send.js';

const MESSAGE = {
  ...{ chatId: '15550002222@c.us', messageId: '3EB0000000000000000001', again: false, other: null },
  content: { kind: 'text', text: 'hello' },
} as const;

const ended = (state: string, more = {}) => ({
  ...{ state, error: '', refused: null, ack: null, had: null },
  ...more,
});
const NAVIGATED = new Error('Execution context was destroyed, most likely because of a navigation.');
const fail = (error: unknown) => () => Promise.reject(error);

const ROWS: readonly {
  readonly name: string;
  /** The page's answer to the send. */
  readonly page: () => unknown;
  /** The page's later answer about our id. */
  readonly has: () => unknown;
  readonly outcome: object;
}[] = [
  {
    name: 'done, and shown with its ack',
    page: () => ended('done', { ack: 1 }),
    has: fail(new Error('not asked')),
    outcome: { outcome: 'accepted', ack: 1 },
  },
  {
    name: 'done, and found by its id',
    page: () => ended('done'),
    has: () => 0,
    outcome: { outcome: 'accepted', ack: 0 },
  },
  {
    name: 'done, and nowhere',
    page: () => ended('done'),
    has: () => null,
    outcome: { outcome: 'absent', again: true },
  },
  {
    name: 'failed, and there all the same',
    page: () => ended('failed', { error: 'e' }),
    has: () => 2,
    outcome: { outcome: 'accepted', ack: 2 },
  },
  {
    name: 'failed',
    page: () => ended('failed', { error: 'e' }),
    has: () => null,
    outcome: { outcome: 'absent', again: false, error: { message: 'e' } },
  },
  {
    name: 'refused by kind',
    page: () => ended('failed', { error: 'e', refused: 'no_such_chat' }),
    has: () => null,
    outcome: { outcome: 'absent', again: false, error: { kind: 'no_such_chat' } },
  },
  {
    name: 'done, and given up by the page since',
    page: () => ended('done'),
    has: () => ({ ack: 0, stranded: true }),
    outcome: { outcome: 'stranded', error: { message: /abandoned it/ } },
  },
  {
    name: 'failed, and stranded in the page',
    page: () => ended('failed', { error: 'e' }),
    has: () => ({ ack: 0, stranded: true }),
    outcome: { outcome: 'stranded', error: { message: 'e' } },
  },
  {
    name: 'the network failed it, and it is stranded',
    page: () => ended('failed', { error: 'e', refused: 'outcome_unknown' }),
    has: () => ({ ack: 0, stranded: true }),
    outcome: { outcome: 'unknown', error: { kind: 'outcome_unknown' } },
  },
  {
    name: 'its document went',
    page: fail(NAVIGATED),
    has: () => null,
    outcome: { outcome: 'unknown', error: NAVIGATED },
  },
  {
    name: 'its document went, and the next knows nothing of it',
    page: () => ended('unknown'),
    has: () => null,
    outcome: { outcome: 'unknown' },
  },
  {
    name: 'its document went, and the next has it',
    page: fail(NAVIGATED),
    has: () => 1,
    outcome: { outcome: 'accepted', ack: 1 },
  },
  {
    name: 'its browser went',
    page: fail(new Error('Target closed')),
    has: () => null,
    outcome: { outcome: 'unknown' },
  },
  {
    name: 'the page does not know',
    page: fail(new Fault('outcome_unknown')),
    has: () => null,
    outcome: { outcome: 'unknown' },
  },
  {
    name: 'the page is loading',
    page: fail(new Fault('not_ready')),
    has: () => null,
    outcome: { outcome: 'absent', again: true },
  },
  {
    name: 'the page lacks what it takes',
    page: fail(new Fault('unsupported_now')),
    has: () => null,
    outcome: { outcome: 'absent', again: false },
  },
  {
    name: 'the page cannot be asked',
    page: () => ended('done'),
    has: fail(new Error('Target closed')),
    outcome: { outcome: 'unknown' },
  },
];

for (const { name, page, has, outcome } of ROWS)
  t.test(name, async (t) => {
    const asked: unknown[] = [];
    const rpc = {
      step: async (_ability: unknown, noun: string, _verb: string, ...args: unknown[]) => {
        if (noun !== 'own') return page();
        asked.push(args);
        const ack = await has();
        return typeof ack === 'number' ? { ack, stranded: false } : ack;
      },
    } as unknown as PageRpc;
    t.match(await send(rpc, MESSAGE, tmpdir()), outcome);
    // This request also gives up a send that has not been made yet.
    for (const args of asked) t.same(args, [MESSAGE.chatId, MESSAGE.messageId, true, null]);
  });

/** A page that answers by the verb; records what it was asked. */
function pageThat(answers: Readonly<Record<string, (...args: unknown[]) => unknown>>) {
  const asked: unknown[][] = [];
  const rpc = {
    step: async (_ability: unknown, _noun: string, verb: string, ...args: unknown[]) => {
      asked.push([verb, ...args]);
      return answers[verb]?.(...args);
    },
  } as unknown as PageRpc;
  return { rpc, asked, verbs: () => asked.map(([verb]) => verb) };
}

t.test('it may have been handed over before: the page looks for it in the call that sends it', async (t) => {
  for (const again of [true, false]) {
    const { rpc, asked } = pageThat({ begin: () => ended('done', { ack: 1 }) });
    t.match(await send(rpc, { ...MESSAGE, again, other: '1@lid' }, tmpdir()), { outcome: 'accepted' });
    t.equal(asked.length, 1);
    t.same(asked[0]?.[1], { chatId: MESSAGE.chatId, other: '1@lid' });
    t.equal(asked[0]?.at(-2), again);
  }
});

t.test('what the page has already is not sent again', async (t) => {
  const rows = [
    [{ ack: 2, stranded: false }, { outcome: 'accepted', ack: 2 }, []],
    [{ ack: 0, stranded: false }, { outcome: 'accepted', ack: 0 }, []],
    // The page that was sending it has gone: it is sent from the store of this one.
    [{ ack: 0, stranded: true }, { outcome: 'stranded' }, []],
    // The server had refused it: it goes out of the page's store.
    [{ ack: -1, stranded: false, nack: 463 }, { outcome: 'accepted', ack: 0 }, ['resend', 'find']],
  ] as const;
  const file = { id: 'm-1', mimetype: 'image/png', name: null, size: 4, sha256: '' };
  const content = { kind: 'image', file } as unknown as Content;
  for (const [had, outcome, more] of rows) {
    const text = pageThat({
      begin: () => ended('had', { had }),
      resend: () => null,
      find: () => ({ ack: 0, stranded: false }),
    });
    t.match(await send(text.rpc, { ...MESSAGE, again: true }, tmpdir()), outcome);
    t.same(text.verbs(), ['begin', ...more]);
    let asked = 0;
    const image = pageThat({
      resend: () => null,
      find: () => {
        asked += 1;
        return asked === 1 ? had : { ack: 0, stranded: false };
      },
    });
    t.match(await send(image.rpc, { ...MESSAGE, content, again: true, other: '1@lid' }, tmpdir()), outcome);
    t.same(image.verbs(), ['find', ...more], 'asked before its file is passed on');
    t.same(image.asked[0], ['find', MESSAGE.chatId, MESSAGE.messageId, false, '1@lid']);
  }
});

t.test(
  'a message that went before is looked for under both identities before it counts as absent',
  async (t) => {
    const { rpc, asked } = pageThat({
      begin: fail(new Fault('unsupported_now')),
      find: () => ({ ack: 2, stranded: false }),
    });
    t.match(await send(rpc, { ...MESSAGE, again: true, other: '1@lid' }, tmpdir()), {
      outcome: 'accepted',
      ack: 2,
    });
    t.same(asked.at(-1), ['find', MESSAGE.chatId, MESSAGE.messageId, true, '1@lid']);
  },
);

t.test('a document that is replaced between two polls has an unknown outcome', async (t) => {
  const { rpc } = pageThat({
    begin: () => ended('running'),
    ended: fail(new Fault('not_ready')),
    find: () => null,
  });
  t.match(await send(rpc, MESSAGE, tmpdir()), { outcome: 'unknown' });
});

t.test('a message that its document left behind is sent again, whatever ended the call', async (t) => {
  for (const fault of [new Fault('not_ready', { cause: NAVIGATED }), new Fault('page_error')]) {
    const { rpc } = pageThat({ begin: fail(fault), find: () => ({ ack: 0, stranded: true }) });
    const end = (await send(rpc, MESSAGE, tmpdir())) as { outcome: string; error: unknown };
    t.equal(end.outcome, 'stranded');
    t.notOk(end.error instanceof Fault, 'a fault would end it as failed');
  }
});

t.test('a stranded message that could not be passed again is sent from the store of the page', async (t) => {
  for (const kind of ['not_ready', 'unsupported_now'] as const) {
    const { rpc } = pageThat({ begin: fail(new Fault(kind)), find: () => ({ ack: 0, stranded: true }) });
    const { outcome, error } = (await send(rpc, { ...MESSAGE, again: true }, tmpdir())) as {
      outcome: string;
      error: unknown;
    };
    t.equal(outcome, 'stranded', kind);
    t.notOk(error instanceof Fault, 'a fault would end it as failed');
  }
});

const AGAIN: readonly [string, () => unknown, () => unknown, object][] = [
  ['no word yet', () => null, () => ({ ack: 0, stranded: false }), { outcome: 'accepted', ack: 0 }],
  ['taken', () => null, () => ({ ack: 1, stranded: false }), { outcome: 'accepted', ack: 1 }],
  ['given up again', () => ({ refused: null, error: 'e' }), () => null, { outcome: 'stranded' }],
  [
    'refused by kind',
    () => ({ refused: 'blocked_contact', error: 'e' }),
    () => null,
    { outcome: 'stranded', error: { kind: 'blocked_contact' } },
  ],
  ['the network', () => ({ refused: 'outcome_unknown', error: 'e' }), () => null, { outcome: 'unknown' }],
  ['gone meanwhile', () => null, () => null, { outcome: 'unknown' }],
  ['the page cannot be asked', fail(new Error('Target closed')), () => null, { outcome: 'unknown' }],
];
for (const [name, page, has, outcome] of AGAIN)
  t.test(`sent once more: ${name}`, async (t) => {
    const others: unknown[] = [];
    const rpc = {
      step: async (_ability: unknown, _noun: string, verb: string, ...args: unknown[]) => {
        others.push(args.at(-1));
        return verb === 'find' ? has() : page();
      },
    } as unknown as PageRpc;
    t.match(await resend(rpc, { ...MESSAGE, other: '1@lid' }), outcome);
    t.ok(others.every((other) => other === '1@lid'));
  });

t.test('the page forgets the file of a send that does not begin', async (t) => {
  const dir = t.testdir({ f1: 'a file' });
  const file = { id: 'f1', mimetype: 'application/pdf', name: 'a.pdf', size: 6 };
  const content = { kind: 'document', file } as unknown as Content;
  const { rpc, verbs } = pageThat({ begin: fail(new Fault('unsupported_now')) });
  t.match(await send(rpc, { ...MESSAGE, content }, dir), { outcome: 'absent' });
  t.same(
    verbs().filter((verb) => ['take', 'begin', 'drop'].includes(String(verb))),
    ['take', 'begin', 'drop'],
  );
});
