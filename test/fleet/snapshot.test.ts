// A machine is lost with its disk: the account continues on another one from the copy that was made after linking.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateX25519Identity } from 'age-encryption';
import t from 'tap';
import { Home } from '../harness/home.js';
import { natsServer } from '../harness/nats.js';
import { Simulator } from '../simulator/simulator.js';

// The copy is made in a quiet moment: after a minute without messages, at a check that is made once a minute.
t.setTimeout(600_000);
const QUIET_MS = 240_000;

t.test('a lost machine costs no QR code', async (t) => {
  const server = await natsServer(t);
  await using sim = await Simulator.start();
  await using a = await Home.make(sim, { t });
  await using b = await Home.make(sim, { t });
  const keyFile = join(a.dir, 'fleet.key');
  await writeFile(keyFile, `${await generateX25519Identity()}\n`, { mode: 0o600 });
  const start = (home: Home, machine: string) =>
    home.start({
      env: {
        ...{ WAD_FLEET_SERVERS: server.url, WAD_FLEET_KEY_FILE: keyFile, WAD_FLEET_MACHINE: machine },
        ...{ WAD_FLEET_LEASE_SECONDS: '6', WAD_FLEET_SNAPSHOT_HOURS: '0' },
      },
      listening: false,
    });
  const ben = sim.createContact({ number: '15550002222' });
  const phone = sim.createPhone({ number: '15550001111' });
  const first = await start(a, 'a');
  await first.listening();
  await first.link(phone);
  const devices = phone.devices.map(({ id }) => id);
  const { id } = await first.request('message.send', { to: ben.number, text: 'from a' });
  await first.request('message.wait', { id, for: 'sent', timeoutMs: 30_000 });
  await first.logged('profile.saved', undefined, { timeoutMs: QUIET_MS });
  await first.until('ready');
  const last = (await first.status()).journal.last;
  await first.kill();

  const second = await start(b, 'b');
  await second.listening();
  await second.until('ready');
  t.match(await second.logged('profile.restored'), { machine: 'a', moved: 'all' });
  t.notOk((await second.states()).includes('linking'));
  t.same(
    phone.devices.map((device) => device.id),
    devices,
  );
  t.match(
    await second.request('outbox.get', { id }),
    { state: /sent|delivered|read/ },
    'the store came along',
  );
  t.ok((await second.status()).journal.last > last, 'no cursor is given out twice');
  await second.stop();
});
