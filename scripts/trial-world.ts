// What a trial of scripts/up needs besides the daemon: a simulated WhatsApp with a person who answers, a browser that finds only
// that, and an environment without anything of the person who runs it.
import { homedir } from 'node:os';
import { join } from 'node:path';
import { findBrowser } from '../src/config/browser.js';
import { writeBrowserWrapper } from '../test/simulator/browser.js';
import { generationNamed } from '../test/simulator/generations.js';
import { type Part, ROOT, type Stage } from './stage.js';

export const WAD = join(ROOT, 'dist/wad.cjs');
export const WACTL = join(ROOT, 'dist/wactl.cjs');
const SIMULATOR = join(ROOT, 'build/test/simulator/main.js');
/** The daemon's own bounds of a stop are shorter. */
export const STOP_MS = 40_000;

export const CONTACT = '15550002222';

export interface TrialWorld {
  /** The directory of the trial, which is removed at its end. */
  readonly dir: string;
  readonly simulator: Part;
  /** The address of the simulator's control API. */
  readonly control: string;
  /** Flags of `wad` that name the browser. */
  readonly browserFlags: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  within(name: string): string;
  post(path: string, body?: object): Promise<void>;
}

/** @throws (rejects) without a browser, or when the simulator does not start */
export async function openTrialWorld(stage: Stage, generation: string): Promise<TrialWorld> {
  const { found, ...browser } = findBrowser({
    browser: { path: process.env.WAD_BROWSER_PATH ?? null },
    env: process.env,
    home: homedir(),
  });
  if (!found) throw new Error('says' in browser ? browser.says : 'no browser');
  generationNamed(generation);
  const dir = stage.directory('wad-trial-');
  const within = (name: string) => join(dir, name);

  stage.say(`starting the simulator of WhatsApp Web ${generation}`);
  const simulator = stage.start('simulator', [SIMULATOR, '--generation', generation], {
    stdout: 'pipe',
    signal: 'SIGTERM',
    endMs: 5_000,
  });
  const { port, control } = JSON.parse(await stage.line(simulator)) as { port: number; control: string };
  const post = (path: string, body: object = {}) => stage.post(`${control}${path}`, body);
  await post('/contacts', { number: CONTACT, name: 'Ana' });
  await post(`/contacts/${CONTACT}`, { autoReply: 'Ana has read: %s' });

  const wrapper = await writeBrowserWrapper(dir, port, 'path' in browser ? { executable: browser.path } : {});
  const browserFlags = ['--browser', wrapper, ...(isRoot() ? ['--no-sandbox'] : [])];
  return { dir, simulator, control, browserFlags, env: ofNobody(within), within, post };
}

/** For the line that says what is started. */
export const withoutSandbox = (): string => (isRoot() ? ' with --no-sandbox, since you are root' : '');

const isRoot = (): boolean => process.getuid?.() === 0;

/** An environment in which the trial neither reads nor writes files of the person who runs it. */
function ofNobody(within: (name: string) => string): Record<string, string | undefined> {
  const env: Record<string, string | undefined> = {};
  for (const name of Object.keys(process.env)) if (name.startsWith('WAD_')) env[name] = undefined;
  for (const name of ['CONFIG', 'STATE', 'CACHE', 'DATA'])
    env[`XDG_${name}_HOME`] = within(name.toLowerCase());
  return env;
}
