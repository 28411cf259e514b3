/** WhatsApp Web's page, our server, a phone and two people, for a test or for `scripts/real-page`. */
import { existsSync } from 'node:fs';
import type { Test } from 'tap';
import type { Phone } from '../../src/waserver/phone.js';
import { WaServer } from '../../src/waserver/wa-server.js';
import type { Contact } from '../../src/waserver/world/contact.js';
import { Home } from '../harness/home.js';
import type { StartOptions, Wad } from '../harness/wad.js';
import { makeCertificate } from '../simulator/certificate.js';
import { MEDIA_HOST, PageSite } from './page-site.js';

export const ME = '15550100001';
export const ANA = '15550100002';
export const BEN = '15550100003';

/** The folder of the page's modules; scripts/test --real-page sets it. */
const FOLDER = process.env.WAD_REAL_PAGE ?? '';

/** Why tests are skipped: false, if there is a folder. */
export const lacksModules: string | false = existsSync(FOLDER)
  ? false
  : 'no folder of WhatsApp Web modules: scripts/test --real-page DIR';

/** The page is 40 MB of source text that Chromium compiles at each load; on two busy cores that takes a while. */
const PATIENCE = { WAD_DEADLINES_LOAD_MS: '240000' };

export interface RealWorldOptions {
  /** default: that of scripts/test --real-page */
  readonly modules?: string;
  /** The account is migrated to LIDs. */
  readonly lid?: boolean;
}

export class RealWorld implements AsyncDisposable {
  readonly server: WaServer;
  readonly site: PageSite;
  readonly phone: Phone;
  readonly ana: Contact;
  readonly ben: Contact;

  private constructor(server: WaServer, site: PageSite, lidMigrated: boolean) {
    this.server = server;
    this.site = site;
    this.phone = server.createPhone({ number: ME, pushname: 'Me', lidMigrated });
    this.ana = server.createContact({ number: ANA, pushname: 'Ana' });
    this.ben = server.createContact({ number: BEN, pushname: 'Ben' });
  }

  static async start({ modules = FOLDER, lid = false }: RealWorldOptions = {}): Promise<RealWorld> {
    const tls = await makeCertificate(MEDIA_HOST);
    const server = await WaServer.start({ tls, mediaName: MEDIA_HOST });
    const { url: chat, rootKey, mediaAddress } = server;
    try {
      const media = mediaAddress === undefined ? {} : { media: mediaAddress };
      const site = await PageSite.start({ modules, chat, rootKey, ...media });
      return new RealWorld(server, site, lid);
    } catch (error) {
      await server.close();
      throw error;
    }
  }

  /** What went wrong at the server, and what it does not know. */
  get problems(): string[] {
    return [...this.server.problems, ...[...this.server.unknown].map((name) => `unknown: ${name}`)];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.site.close();
    await this.server.close();
  }
}

export interface Linked extends AsyncDisposable {
  readonly world: RealWorld;
  readonly home: Home;
  readonly wad: Wad;
}

/** Starts the product. */
export const startWad = (home: Home, { env = {}, ...options }: StartOptions = {}): Promise<Wad> =>
  home.start({ ...options, env: { ...PATIENCE, ...env } });

/** A linked daemon that is ready, with what belongs to it. Disposing ends everything, and tells what went wrong at the server. */
export async function linked(t: Test, options: StartOptions = {}): Promise<Linked> {
  const world = await RealWorld.start();
  const home = await Home.make(world.site, { t }).catch(async (error) => {
    await world[Symbol.asyncDispose]();
    throw error;
  });
  const end = async (): Promise<void> => {
    await home[Symbol.asyncDispose]();
    for (const problem of world.problems) t.comment(problem);
    await world[Symbol.asyncDispose]();
  };
  try {
    const wad = await startWad(home, options);
    await wad.link(world.phone);
    return { world, home, wad, [Symbol.asyncDispose]: end };
  } catch (error) {
    await end();
    throw error;
  }
}
