/** Profiles of people and of the account itself, and the presence of people who are subscribed to. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { Fault } from '../../src/protocol/fault.js';
import { eventually } from '../harness/eventually.js';
import { Home } from '../harness/home.js';
import { PNG } from '../harness/sample-files.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

const NUMBER = '15550001111';
const kind = (error: Fault): string => error.kind;

for (const generation of ['2026-04', '2026-09', '2026-10'] as const)
  t.test(`profiles and presence (${generation})`, async (t) => {
    await using sim = await Simulator.start({ generation, knobs: { dialog: false } });
    await using home = await Home.make(sim, { t });
    const phone = sim.createPhone({ number: NUMBER, pushname: 'Shop', username: 'the.shop' });
    const ana = sim.createContact({ number: '15550002222', name: 'Ana', about: 'At sea', picture: PNG });
    const baker = sim.createContact({
      ...{ number: '15550003333', name: 'Baker', business: true, about: null },
      profile: {
        ...{ description: 'Bread', address: 'Main Street 1', email: 'bread@example.com' },
        ...{ websites: ['https://bread.example'], categories: ['Bakery'], timezone: 'Europe/Berlin' },
        hours: [
          { day: 'mon', mode: 'specific_hours', open: 420, close: 1080 },
          { day: 'sun', mode: 'open_24h' },
        ],
      },
    });
    const wad = await home.start({ env: { WAD_PRESENCE_ONLINE: 'true' } });
    await wad.link(phone);
    await ana.send('hello');
    const { data: hello } = await wad.event('message', ({ body }) => body === 'hello');

    const shown = await wad.request('contact.profile', { contact: ana.number, picture: true });
    t.match(shown, { name: 'Ana', about: 'At sea', hasPicture: true, businessProfile: null, unanswered: [] });
    const { data } = await wad.request('media.read', { id: shown.picture?.id ?? '', offset: 0 });
    t.equal(data, PNG.toString('base64'));
    t.match(await wad.request('contact.profile', { contact: baker.wire.lid }), {
      about: null,
      hasPicture: false,
      picture: null,
      businessProfile: {
        ...{ description: 'Bread', address: 'Main Street 1', email: 'bread@example.com' },
        ...{ websites: ['https://bread.example'], categories: ['Bakery'] },
        hours: {
          timezone: 'Europe/Berlin',
          days: [
            { day: 'mon', mode: 'specific_hours', times: [{ from: '07:00', to: '18:00' }] },
            { day: 'sun', mode: 'open_24h', times: [] },
          ],
        },
      },
    });

    t.match(await wad.request('presence.subscribe', { contact: ana.number }), {
      people: [{ phone: ana.number }],
      online: true,
    });
    ana.appear('available');
    const online = await wad.event('presence', ({ state }) => state === 'available');
    t.match(online.data, { from: hello.chatId, sender: { phone: ana.number, lid: ana.wire.lid } });
    ana.appear('composing');
    await wad.event('presence', ({ state }) => state === 'typing');

    t.match(await wad.request('profile.update', { name: 'Shop 2', about: 'Open' }), {
      changed: ['name', 'about'],
    });
    t.equal(phone.account.about, 'Open');
    if (generation !== '2026-10') {
      await wad.stop();
      return;
    }

    ana.appear('unavailable', 1_767_225_600);
    const gone = await wad.event('presence', ({ state }) => state === 'unavailable');
    t.equal(gone.data.lastSeenAt, '2026-01-01T00:00:00.000Z');
    t.equal(
      await wad.request('presence.subscribe', { contact: baker.number }).catch(kind),
      'no_such_chat',
      'the page subscribes only to people with a chat',
    );

    // The pictures of the account.
    const file = join(home.dir, 'logo.png');
    writeFileSync(file, PNG);
    t.match(await wad.wactl(['profile', 'picture', file]), { code: 0 });
    t.match(phone.account.picture, /^\/media\//);
    const saved = join(home.dir, 'saved.jpg');
    const own = await wad.wactl(['profile', 'show', '--picture', saved]);
    t.match(own, { code: 0, stdout: /Shop 2 .*1 555 000 1111[\s\S]*about +Open\npicture +yes/ });
    t.equal(readFileSync(saved).subarray(0, 2).toString('hex'), 'ffd8', 'a JPEG');
    t.match(await wad.wactl(['profile', 'remove-picture']), { code: 0 });
    t.equal(phone.account.picture, null);
    t.match(await wad.wactl(['contact', 'show', baker.number, '--profile']), {
      code: 0,
      stdout: /Baker[\s\S]*business +Bread[\s\S]*hours +mon 07:00-18:00; sun open 24h Europe\/Berlin/,
    });

    // What is not an image, and what the server refuses after the name was changed.
    const { file: note } = await wad.request('media.put', { data: 'aGk=', name: 'a.txt', done: true });
    t.equal(await wad.request('profile.update', { picture: note?.id ?? '' }).catch(kind), 'media_unusable');
    await sim.set('profileFault', 'about-refused');
    const half = await wad.request('profile.update', { name: 'Shop 3', about: 'x' }).catch((e: Fault) => e);
    t.match(half, { kind: 'not_allowed', details: { more: { done: ['name'] } } });
    await sim.set('profileFault', 'picture-hangs');
    await sim.set('mexFault', 'hangs');
    t.match(await wad.request('contact.profile', { contact: ana.number }), {
      about: 'At sea',
      hasPicture: false,
      unanswered: ['picture'],
    });
    await sim.set('profileFault', 'none');

    // A new page: the name has been stored, and the subscription is made again.
    phone.account.watched.clear();
    const after = await wad.mark();
    await wad.request('session.initialize', { restart: true });
    await wad.became('ready', { after });
    t.match(await wad.request('profile.get'), { phone: NUMBER, name: 'Shop 3', username: 'the.shop' });
    await eventually(() => phone.account.watched.size > 0, 'the subscription is made again', 60_000);
    ana.appear('recording');
    await wad.event('presence', ({ state }) => state === 'recording', { after });
    t.match(await wad.wactl(['presence', 'unsubscribe', ana.number, '-o', 'json']), {
      code: 0,
      stdout: /"people": \[\]/,
    });
    await wad.stop();
  });
