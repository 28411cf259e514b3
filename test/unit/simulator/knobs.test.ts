/** Knobs and generations are listed, and unknown ones are refused by name. */
import { readdir, readFile } from 'node:fs/promises';
import t from 'tap';
import { GENERATIONS, type Generation, knobsOf } from '../../simulator/generations.js';
import { checkKnob, KnobError, knobNamed, parseKnob, parseKnobs } from '../../simulator/knob-value.js';
import { defaultKnobs, KNOBS, type KnobName } from '../../simulator/knobs.js';
import { Simulator } from '../../simulator/simulator.js';

t.test('every default is accepted by its own knob, and every knob has a description', async (t) => {
  for (const [name, value] of Object.entries(defaultKnobs())) {
    t.doesNotThrow(() => checkKnob(name as KnobName, value), name);
    t.ok(KNOBS[name as KnobName].doc.length > 10, name);
  }
});

t.test('every knob names the module of the page that it follows, or says that there is none', async (t) => {
  for (const [name, { follows }] of Object.entries(KNOBS))
    t.match(follows, /^(WA[A-Z]?[a-z]\w+(\.react)?|reports only|this simulator)$/, name);
});

t.test('the simulator reads every knob', async (t) => {
  const root = new URL('../../../../test/simulator/', import.meta.url);
  const files = (await readdir(root, { recursive: true })).filter(
    (name) => name.endsWith('.ts') && name !== 'knobs.ts' && name !== 'generations.ts',
  );
  const texts = await Promise.all(files.map((name) => readFile(new URL(name, root), 'utf8')));
  const words = new Set(texts.flatMap((text) => text.match(/\w+/g) ?? []));
  t.same(
    Object.keys(KNOBS).filter((name) => !words.has(name)),
    [],
    'otherwise: its behaviour in test/simulator/',
  );
});

t.test('every generation consists of existing knobs', async (t) => {
  for (const generation of Object.keys(GENERATIONS) as Generation[]) {
    for (const [name, value] of Object.entries(GENERATIONS[generation])) {
      t.doesNotThrow(() => checkKnob(name as KnobName, value), `${generation} ${name}`);
    }
    t.same(Object.keys(knobsOf(generation)).sort(), Object.keys(KNOBS).sort());
  }
});

t.test('an unknown knob is refused with the nearest name', async (t) => {
  t.throws(() => knobNamed('qrFristMs'), new KnobError('no knob "qrFristMs" (did you mean "qrFirstMs"?)'));
  t.throws(() => knobNamed('toString'), new KnobError('no knob "toString"'), 'no name is near');
  await t.rejects(Simulator.start({ knobs: { qrFristMs: 1 } as never }), /did you mean "qrFirstMs"/);
  await t.rejects(Simulator.start({ generation: '2026-05' as Generation }), /did you mean "2026-0[47]"/);
});

t.test('an invalid value is refused with what the knob accepts', async (t) => {
  t.throws(() => checkKnob('qrFirstMs', '60'), /accepts a whole number from 0, not "60"/);
  t.throws(() => checkKnob('qrFirstMs', -1), /accepts a whole number/);
  t.throws(() => checkKnob('dialog', 'yes'), /accepts true or false/);
  t.throws(() => checkKnob('pageVersion', 3), /accepts a text/);
  t.throws(() => checkKnob('missingModules', ['a', 1]), /accepts a list of names/);
  t.throws(() => checkKnob('ackFault', 'nevr'), /did you mean "never"/);
});

t.test('command-line values are converted', async (t) => {
  t.equal(parseKnob('qrFirstMs', '5'), 5);
  t.equal(parseKnob('dialog', 'false'), false);
  t.same(parseKnob('missingModules', 'A,B'), ['A', 'B']);
  t.same(parseKnob('missingModules', ''), []);
  t.equal(parseKnob('ackFault', 'never'), 'never');
  t.throws(() => checkKnob('qrFirstMs', parseKnob('qrFirstMs', '5s')), KnobError);
  t.same(parseKnobs(['resendsAtLogin=true', 'qrPrefix=always', 'qrFirstMs=5']), {
    ...{ resendsAtLogin: true, qrPrefix: 'always', qrFirstMs: 5 },
  });
  t.throws(() => parseKnobs(['resendsAtLogin']), /accepts true or false, not ""/);
  t.throws(() => parseKnobs(['resendAtLogin=true']), /did you mean "resendsAtLogin"/);
});
