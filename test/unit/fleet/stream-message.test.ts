// Several messages of a stream are read at once, in order and without passing over one.
import t from 'tap';
import type { FleetConnection } from '../../../src/fleet/connection.js';
import type { StoredMsg } from '../../../src/fleet/nats.js';
import { nextMessages } from '../../../src/fleet/stream-message.js';

/** A stream in which each request, in turn, finds the first of these messages from its sequence number on. */
function stream(...found: readonly (readonly number[])[]): Pick<FleetConnection, 'manager'> {
  let request = 0;
  const getMessage = async (_stream: string, { seq }: { seq: number }): Promise<StoredMsg | null> => {
    const stored = found[Math.min(request, found.length - 1)] ?? [];
    request += 1;
    const first = stored.find((one) => one >= seq);
    return first === undefined ? null : ({ seq: first } as StoredMsg);
  };
  return { manager: { streams: { getMessage } } } as unknown as Pick<FleetConnection, 'manager'>;
}

const read = async (fleet: Pick<FleetConnection, 'manager'>, from: number, count: number) =>
  (await nextMessages(fleet, 'WAD_SEND', 'wad.send.shop', { from, count })).map(({ seq }) => seq);

t.test('each message once, also with those of others in between', async (t) => {
  t.same(await read(stream([1, 2, 3, 7]), 1, 5), [1, 2, 3, 7]);
  t.same(await read(stream([7]), 1, 5), [7]);
  t.same(await read(stream([]), 1, 5), []);
});

t.test('a message that is stored between two requests is not passed over', async (t) => {
  // The first request comes before message 4 is stored, the others after 4 and 5.
  t.same(await read(stream([], [4, 5]), 4, 3), []);
  t.same(await read(stream([4], [4], [4, 5, 6]), 4, 3), [4]);
});
