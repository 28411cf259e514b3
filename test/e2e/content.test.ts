/** What strangers send besides texts and files, and what this account does with it: by one daemon. */
import t, { type Test } from 'tap';
import { Home } from '../harness/home.js';
import type { Wad } from '../harness/wad.js';
import type { Contact } from '../simulator/contact.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

const NUMBER = '15550001111';

const MENU = {
  title: 'Menu',
  description: 'What would you like?',
  buttonText: 'Choose',
  listType: 1,
  sections: [
    {
      title: 'Pizza',
      rows: [
        { rowId: 'r1', title: 'Margherita', description: '8 EUR' },
        { rowId: 'r2', title: 'Marinara', description: '' },
      ],
    },
  ],
};

async function shown(t: Test, wad: Wad, ana: Contact): Promise<void> {
  const rows: readonly (readonly [type: string, extra: Record<string, never>, expected: object])[] = [
    [
      'list',
      { list: MENU } as never,
      {
        type: 'list',
        body: 'What would you like?',
        details: { title: 'Menu', sections: [{ title: 'Pizza', rows: [{ id: 'r1' }, { id: 'r2' }] }] },
      },
    ],
    [
      'groups_v4_invite',
      { inviteGrp: '120363000000000009@g.us', inviteGrpName: 'Team', inviteCode: 'abc' } as never,
      { details: { groupInvite: { groupId: '120363000000000009@g.us', code: 'abc', expiresAt: null } } },
    ],
    [
      'unknown',
      { subtype: 'phone_only_feature' } as never,
      { body: null, details: { hidden: { type: 'unknown', why: 'phone_only' } } },
    ],
  ];
  for (const [type, extra, expected] of rows) {
    const id = await ana.send('', { type, extra });
    const { data } = await wad.event('message', ({ messageId }) => messageId === id);
    t.match(data, expected, type);
    const known = await wad.request('message.get', { id });
    t.match(known.message, expected, `${type}, from the journal`);
  }
  const { messages } = await wad.request('chat.messages', { chat: ana.number });
  t.match(
    messages.find(({ type }) => type === 'list'),
    rows[0]?.[2],
    'and from the page',
  );
  const { stdout } = await wad.wactl(['messages', ana.number]);
  t.match(stdout, /\[list\] Menu What would you like\? \(Margherita \| Marinara\)/);
  t.match(stdout, /\[unknown\] unknown: shown only on the phone/);
}

for (const generation of ['2026-10', '2026-04', '2026-09'] as const) {
  t.test(`content of every kind, in and out (${generation})`, async (t) => {
    await using sim = await Simulator.start({ generation });
    await using home = await Home.make(sim, { t });
    const phone = sim.createPhone({ number: NUMBER });
    const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
    const wad = await home.start();
    await wad.link(phone);
    await t.test('what a stranger sends is shown', (t) => shown(t, wad, ana));
    await wad.stop();
  });
}
