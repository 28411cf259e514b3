/** Dialogs of WhatsApp Web are acknowledged, or reported with a screenshot when a person must decide. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { eventually } from '../harness/eventually.js';
import { Home } from '../harness/home.js';
import type { KnobValues } from '../simulator/knobs.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

type Dialog = Pick<KnobValues, 'dialogLanguage' | 'dialogButton' | 'dialogShape'>;

const named = (['en', 'de', 'es', 'fr', 'id', 'it', 'pt', 'ru'] as const).map(
  (dialogLanguage, n): Dialog => ({
    dialogLanguage,
    dialogButton: n % 2 === 0 ? 'button' : 'div',
    dialogShape: n % 3 === 0 ? 'two' : 'plain',
  }),
);
/** In an unknown language, so they are recognised by their structure. */
const built = (['plain', 'close'] as const).map(
  (dialogShape): Dialog => ({ dialogLanguage: 'xx', dialogButton: 'button', dialogShape }),
);
/** Ambiguous, or with a button that must not be pressed. */
const left: readonly Dialog[] = [
  { dialogLanguage: 'xx', dialogButton: 'button', dialogShape: 'two' },
  { dialogLanguage: 'xx', dialogButton: 'div', dialogShape: 'logout' },
];

t.test('each dialog is acknowledged by name or by structure; others wait for a person', async (t) => {
  await using sim = await Simulator.start({ generation: '2026-07', knobs: { dialog: false } });
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: '15550001111' });
  const wad = await home.start();
  await wad.link(phone);
  const isOpen = async () => ((await sim.pages[0]?.look()) as { dialog: boolean } | undefined)?.dialog;
  const show = async (dialog: Dialog) => {
    for (const [knob, value] of Object.entries(dialog)) await sim.set(knob as keyof Dialog, value as never);
    await sim.pages[0]?.showDialog();
  };

  for (const dialog of [...named, ...built]) {
    const after = wad.log.length;
    await show(dialog);
    await wad.logged('whatsapp.dialog', ({ pressed }) => pressed === true, { after });
    t.equal(await isOpen(), false, JSON.stringify(dialog));
  }
  t.same(await wad.events('alert'), [], 'there was no alert');

  const picture = join(home.stateDir, 'action-required.png');
  for (const dialog of left) {
    const after = await wad.mark();
    await show(dialog);
    const { data } = await wad.event('alert', ({ reason }) => reason === 'action_required', {
      after,
      timeoutMs: 30_000,
    });
    t.match(data, { says: /Qwyx vrut/, hint: /^wactl .*\bdoctor$/ }, JSON.stringify(dialog));
    t.ok(String(data.says).includes(picture));
    t.match(await wad.status(), { status: 'ready', reason: 'action_required' });
    await eventually(
      async () => (await readFile(picture).catch(() => null)) !== null,
      'the screenshot exists',
    );
    t.match([...(await readFile(picture)).subarray(1, 4)], [0x50, 0x4e, 0x47], 'the file is a PNG');
    t.equal((await stat(picture)).mode & 0o777, 0o600);
    t.match(
      (await wad.wactl(['doctor'], { timeoutMs: 60_000 })).stdout,
      `whatsapp  a dialog waits for a person; a picture: ${picture}`,
    );
    t.equal(await isOpen(), true, 'no button was pressed');
    const gone = await wad.mark();
    await sim.pages[0]?.pressDialog();
    await wad.became('ready', { reason: 'none', after: gone });
  }
  t.equal(phone.devices.length, 1, 'the device is still linked');
  await wad.stop();
  t.same(await wad.leftBehind({ profile: 'kept' }), []);
});
