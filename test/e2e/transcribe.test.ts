/** A voice message becomes an event with its text, by a program of the user's. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { Home } from '../harness/home.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(240_000);

for (const generation of ['2026-04', '2026-09', '2026-10'] as const)
  t.test(`${generation}: a voice message is turned into text, and a picture is not`, async (t) => {
    await using sim = await Simulator.start({ generation });
    await using home = await Home.make(sim, { t });
    const phone = sim.createPhone({ number: '15550001111' });
    const ana = sim.createContact({ number: '15550002222' });
    const program = join(home.dir, 'whisper');
    writeFileSync(program, '#!/bin/sh\necho "heard $(cat "$2")"\n', { mode: 0o755 });
    const env = { WAD_TRANSCRIBE_COMMAND: `${program} -f {file}` };
    const wad = await home.start({ env });
    await wad.link(phone);
    await ana.sendMedia({ bytes: Buffer.from('a picture'), mimetype: 'image/png' });
    const ogg = { mimetype: 'audio/ogg; codecs=opus', type: 'ptt' } as const;
    await ana.sendMedia({ bytes: Buffer.from('see you at nine'), ...ogg });
    const { data } = await wad.event('message.transcript');
    t.match(data, { text: 'heard see you at nine', language: null, error: null, fromMe: false });
    t.equal(data.sender?.phone, ana.number);
    t.equal((await wad.events('message.transcript')).length, 1);
    await wad.stop();
    t.same(await wad.leftBehind({ profile: 'kept' }), []);
  });
