/** A voice message becomes an event with its text, by a program of the user's. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { Home } from '../harness/home.js';
import { OGG } from '../harness/sample-files.js';
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
    const picture = await ana.sendMedia({ bytes: Buffer.from('a picture'), mimetype: 'image/png' });
    const ogg = { mimetype: 'audio/ogg; codecs=opus', type: 'ptt' } as const;
    await ana.sendMedia({ bytes: Buffer.from('see you at nine'), ...ogg });
    const { data } = await wad.event('message.transcript');
    t.match(data, { text: 'heard see you at nine', language: null, error: null, fromMe: false });
    t.equal(data.sender?.phone, ana.number);
    t.equal((await wad.events('message.transcript')).length, 1);

    // On request: an own message, and one from before a restart.
    const note = join(home.dir, 'note.ogg');
    writeFileSync(note, OGG);
    const sent = await wad.wactl(['send', ana.number, '--file', note, '--as', 'voice', '-o', 'json'], {
      timeoutMs: 90_000,
    });
    t.equal(sent.code, 0, sent.stderr);
    const { messageId } = JSON.parse(sent.stdout) as { messageId: string };
    await wad.stop();
    const later = await home.start({ env });
    await later.until('ready');
    t.match(await later.wactl(['transcribe', String(data.messageId)]), {
      code: 0,
      stdout: 'heard see you at nine\n',
    });
    t.match(await later.request('media.transcribe', { id: messageId }), {
      ...{ messageId, text: /^heard OggS/, language: null, error: null },
    });
    const again = await later.event('message.transcript', (one) => one.messageId === messageId);
    t.equal(again.data.fromMe, true);
    t.match(await later.wactl(['transcribe', picture]), { code: 7, stderr: /no file of transcribe\.kinds/ });
    writeFileSync(program, '#!/bin/sh\necho no sound >&2; exit 3\n', { mode: 0o755 });
    t.match(await later.wactl(['transcribe', messageId]), { code: 1, stderr: /failed: .*no sound/ });
    await later.stop();
    const without = await home.start();
    await without.until('ready');
    t.match(await without.wactl(['transcribe', messageId]), { code: 1, stderr: /transcribe\.command/ });
    await without.stop();
    t.same(await without.leftBehind({ profile: 'kept' }), []);
  });
