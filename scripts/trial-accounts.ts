// A trial of several accounts: their daemons, the gateway, and a token for its console.
import { openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Part, ROOT, type Stage } from './stage.js';
import {
  CONTACT,
  openTrialWorld,
  STOP_MS,
  type TrialWorld,
  WACTL,
  WAD,
  withoutSandbox,
} from './trial-world.js';

const GATEWAY = join(ROOT, 'dist/wad-gateway.cjs');
/** Each has a browser of its own. */
const MOST = 16;

/** @throws (rejects) when something does not start */
export async function trialOfAccounts(stage: Stage, generation: string, count: number): Promise<void> {
  if (!Number.isInteger(count) || count < 1 || count > MOST) throw new Error(`--accounts is 1 to ${MOST}`);
  const world = await openTrialWorld(stage, generation);
  // No real account has such a name, and the token is for these only.
  const names = Array.from({ length: count }, (_, n) => `trial-${n + 1}`);
  const numbers = names.map((_, n) => `1555000${1001 + n}`);
  const runtime = stage.subdirectory('run');
  stage.subdirectory('tmp');
  const env = { ...world.env, XDG_RUNTIME_DIR: runtime };

  stage.say(`starting ${count} daemons in ${world.dir}${withoutSandbox()}`);
  const daemons = names.map((name) => startDaemon(stage, world, { name, runtime }));
  stage.onFailure = () => names.map((name) => endOf(world.within(`${name}.log`))).join('\n');
  for (const [n, daemon] of daemons.entries())
    await stage.listening(join(runtime, 'wad', names[n] ?? '', 'control.sock'), daemon);

  const gatewayLog = world.within('gateway.log');
  const gateway = stage.start('wad-gateway', [GATEWAY], {
    stdout: openSync(gatewayLog, 'w', 0o600),
    signal: 'SIGTERM',
    endMs: 10_000,
    env: { ...env, WAD_GATEWAY_LISTEN: '127.0.0.1:0' },
  });
  const control = join(runtime, 'wad-gateway/control.sock');
  await stage.listening(control, gateway);
  const to = { name: 'wactl', env: { ...env, WAD_GATEWAY_SOCKET: control } };
  const create = ['token', 'create', '--name', 'trial', '--scope', 'admin', '--account', names.join(',')];
  const token = (await stage.ask(to, [WACTL, ...create])).trim();

  for (const [n, name] of names.entries()) {
    const number = numbers[n] ?? '';
    await world.post('/phones', { number, pushname: `Trial ${n + 1}` });
    await stage.ask(to, [WACTL, '-a', name, 'wait', 'linking', '--timeout', '60']);
    const qr = await stage.ask(to, [WACTL, '-a', name, 'qr', '--raw']);
    await world.post(`/phones/${number}/scan`, { qr: qr.trim() });
    await stage.ask(to, [WACTL, '-a', name, 'wait', 'ready', '--timeout', '60']);
    await stage.ask(to, [WACTL, '-a', name, 'send', `+${CONTACT}`, `Hello from ${name}`]);
  }
  await stage.show(to, [WACTL, 'accounts']);
  const { listen } = JSON.parse(await stage.ask(to, [WACTL, '-o', 'json', 'gateway'])) as { listen: string };

  stage.happy = true;
  stage.say(
    'All of it works. Everything keeps running; Ctrl-C ends it. Open the console in a browser, and log in with the token:',
    `${listen}/`,
    token,
    'In another terminal:',
    `export XDG_RUNTIME_DIR=${runtime}`,
    `${WACTL} accounts`,
    `curl -H 'Authorization: Bearer ${token}' ${listen}/api/accounts`,
    `Have Ana write to ${names[0]}:`,
    `curl -sd '{"body":"are you there?","to":"${numbers[0]}"}' ${world.control}/contacts/${CONTACT}/send`,
    `Unlink ${names[0]} in the console, start it, and link it again; this is the phone that scans:`,
    `curl -sd "{\\"qr\\":\\"$(${WACTL} -a ${names[0]} qr --raw)\\"}" ${world.control}/phones/${numbers[0]}/scan`,
    `The logs: ${world.within('*.log')}`,
  );
  await Promise.race([...daemons, gateway, world.simulator].map((part) => stage.until(part)));
}

function startDaemon(
  stage: Stage,
  { within, env, browserFlags }: TrialWorld,
  { name, runtime }: { readonly name: string; readonly runtime: string },
): Part {
  const flags = ['--account', name, '--state-dir', within(`state-${name}`)];
  return stage.start('wad', [WAD, ...flags, ...browserFlags], {
    stdout: openSync(within(`${name}.log`), 'w', 0o600),
    signal: 'SIGINT',
    endMs: STOP_MS,
    env: { ...env, XDG_RUNTIME_DIR: runtime, TMPDIR: within('tmp') },
  });
}

const endOf = (file: string): string =>
  `the end of ${file}:\n${readFileSync(file, 'utf8').split('\n').slice(-11).join('\n')}`;
