/** People call Baileys, which refuses. */
import t from 'tap';
import { linkedWorld } from './world.js';

for (const lidMigrated of [false, true])
  t.test(`a call rings, and is refused${lidMigrated ? ', by LID' : ''}`, async (t) => {
    const { ana, client } = await linkedWorld(t, { lidMigrated });
    const id = ana.call({ video: true });
    const from = lidMigrated ? ana.lidJid : ana.jid;
    const rings = await client.until('call', () => client.calls.find((call) => call.id === id));
    t.match(rings, { from, status: 'offer', isVideo: true });
    if (lidMigrated) t.equal(rings.callerPn, ana.jid);
    await client.socket.rejectCall(id, from);
    t.match(ana.calls.all, [{ id, state: 'rejected' }]);
  });

t.test('a call that the person ends is reported', async (t) => {
  const { ana, client } = await linkedWorld(t);
  const id = ana.call();
  ana.hangUp(id);
  const ended = await client.until('end of the call', () =>
    client.calls.find(({ status }) => status === 'timeout'),
  );
  t.match(ended, { id, isVideo: false });
});
