// Where the suite of whatsapp-web.js runs: a page, a phone that links it, and the people of the suite.
import { RealWorld } from '../real-page/world.js';
import { Simulator } from '../simulator/simulator.js';

export interface Person {
  readonly number: string;
  readonly name: string;
}

export interface Stage extends AsyncDisposable, Pick<Simulator, 'chromiumArgs' | 'browserWrapper'> {
  /** The phone of the account scans a code. */
  scan(qr: string): Promise<unknown>;
}

/** The caller disposes it. */
export async function onSimulator(people: readonly Person[]): Promise<Stage> {
  // The suite waits 45 seconds for three QR codes; by default the first one alone lives 60.
  const simulator = await Simulator.start({ knobs: { qrFirstMs: 15_000, qrNextMs: 15_000 } });
  const phone = simulator.createPhone({ number: '15550001111', pushname: 'Suite' });
  for (const person of people) simulator.createContact(person);
  return {
    chromiumArgs: simulator.chromiumArgs,
    browserWrapper: (directory, options) => simulator.browserWrapper(directory, options),
    scan: (qr) => phone.scan(qr),
    [Symbol.asyncDispose]: () => simulator[Symbol.asyncDispose](),
  };
}

/** The caller disposes it. @param modules a folder with one file a module of WhatsApp Web */
export async function onRealPage(modules: string, people: readonly Person[]): Promise<Stage> {
  const world = await RealWorld.start({ modules });
  for (const { number, name } of people) world.server.createContact({ number, pushname: name });
  const { site } = world;
  return {
    chromiumArgs: site.chromiumArgs,
    browserWrapper: (directory, options) => site.browserWrapper(directory, options),
    scan: (qr) => world.phone.scan(qr),
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}
