/** A server with a phone, a person and a linked Baileys, for one test. */

import type { Phone } from '../../src/waserver/phone.js';
import { WaServer, type WaServerOptions } from '../../src/waserver/wa-server.js';
import type { AccountOptions } from '../../src/waserver/world/account.js';
import type { Contact } from '../../src/waserver/world/contact.js';
import { Baileys } from './baileys.js';

export const ME = '15550100001';
export const ANA = '15550100002';
export const BEN = '15550100003';

export interface TestWorld {
  readonly server: WaServer;
  readonly phone: Phone;
  readonly ana: Contact;
  readonly client: Baileys;
}
/** Of the server, and of its phone. */
export type WorldOptions = WaServerOptions & Pick<AccountOptions, 'lidMigrated'>;
interface Test {
  teardown(close: () => Promise<void>): void;
}

/** Ends with the test, which fails if the server did not understand something, or somebody could not read a message. */
export async function startWorld(
  t: Test,
  { lidMigrated = false, ...options }: WorldOptions = {},
): Promise<TestWorld> {
  const server = await WaServer.start(options);
  const phone = server.createPhone({ number: ME, pushname: 'Me', lidMigrated });
  const ana = server.createContact({ number: ANA, pushname: 'Ana' });
  const client = new Baileys(server);
  t.teardown(async () => {
    await client.stop();
    await server.close();
    const wrong = [
      ...server.problems,
      ...[...server.unknown].map((name) => `the server does not know ${name}`),
    ];
    if (wrong.length > 0) throw new Error(wrong.join('\n'));
  });
  return { server, phone, ana, client };
}

/** The same, with the client linked and online. */
export async function linkedWorld(t: Test, options: WorldOptions = {}): Promise<TestWorld> {
  const world = await startWorld(t, options);
  await world.client.link(world.phone);
  await world.phone.waitForOnline();
  return world;
}
