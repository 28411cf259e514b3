// The second half of scripts/up, which runs when everything is set up: either the real service, or a trial on
// the simulator in its own directory, of one account, of several under a gateway, or of a fleet. All run until Ctrl-C. The
// service leaves only its session behind, a trial nothing.
import { mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readFlags } from '../src/daemon/flags.js';
import { settle } from '../src/daemon/settings.js';
import { receiveWebhooks } from './receiver.js';
import { Stage } from './stage.js';
import { trialOfAccounts } from './trial-accounts.js';
import { trialOfFleet } from './trial-fleet.js';
import { CONTACT, openTrialWorld, STOP_MS, WACTL, WAD, withoutSandbox } from './trial-world.js';

const ACCOUNT = '15550001111';

// Otherwise Node would open its inspector, for every user of the machine.
process.on('SIGUSR1', () => {});
const stage = new Stage();
process.exitCode = await stage.play(async () => {
  const { values } = parseArgs({
    options: {
      simulator: { type: 'boolean' },
      generation: { type: 'string', default: '2026-07' },
      accounts: { type: 'string', default: '1' },
      fleet: { type: 'boolean' },
    },
  });
  const { simulator, generation, accounts, fleet } = values;
  if (!simulator) await real();
  else if (fleet) await trialOfFleet(stage, generation);
  else if (accounts === '1') await trial(generation);
  else await trialOfAccounts(stage, generation, Number(accounts));
});

async function real(): Promise<void> {
  const account = process.env.WAD_ACCOUNT || 'default';
  const read = await readFlags(['--account', account], { env: process.env, version: '' });
  if ('text' in read) throw new Error(read.text);
  const { socket, paths } = settle(read.flags, process.env);
  mkdirSync(paths.stateDir, { recursive: true, mode: 0o700 });
  const log = join(paths.stateDir, 'up.log');
  stage.say(`starting wad for the account "${account}"; its log: ${log}`);
  const daemon = stage.start('wad', [WAD, '--account', account], {
    stdout: openSync(log, 'w', 0o600),
    signal: 'SIGINT',
    endMs: STOP_MS,
  });
  await stage.listening(socket.path, daemon);
  const to = { name: 'dist/wactl.cjs', env: { WAD_SOCKET: socket.path } };
  const wactl = (...args: string[]) => stage.show(to, [WACTL, ...args]);
  stage.happy = true;
  const shown = (await wactl('qr')) === 0 && (await wactl('wait', 'ready')) === 0;
  await wactl('status');
  stage.say(
    `${shown ? 'It is up.' : 'The daemon keeps trying.'} Ctrl-C stops it and keeps the session. In another terminal:`,
    `export WAD_SOCKET=${socket.path}`,
    `${WACTL} send NUMBER 'hello'`,
    `${WACTL} --help`,
  );
  await wactl(
    'events',
    '--follow',
    '--since',
    lastEvent(await stage.ask(to, [WACTL, 'status', '-o', 'json'])),
  );
  await stage.until(daemon);
}

/** The cursor after which all events are new. */
function lastEvent(status: string): string {
  return String((JSON.parse(status) as { journal: { last: number } }).journal.last);
}

async function trial(generation: string): Promise<void> {
  const { dir, simulator, control, browserFlags, env, within, post } = await openTrialWorld(
    stage,
    generation,
  );
  await post('/phones', { number: ACCOUNT, pushname: 'You' });
  const socket = within('control.sock');
  const log = within('wad.log');
  const webhooks = within('webhooks.jsonl');
  writeFileSync(webhooks, '');
  writeFileSync(within('wad.toml'), configuration(await receiveWebhooks(webhooks)));
  const flags = [
    ...['--account', 'trial', '--config', within('wad.toml'), '--state-dir', within('state')],
    ...['--socket', socket, ...browserFlags],
  ];
  stage.say(`starting wad in ${dir}${withoutSandbox()}`);
  const daemon = stage.start('wad', [WAD, ...flags], {
    stdout: openSync(log, 'w', 0o600),
    signal: 'SIGINT',
    endMs: STOP_MS,
    env: { ...env, TMPDIR: stage.subdirectory('tmp') },
  });
  stage.onFailure = () =>
    `the end of ${log}:\n${readFileSync(log, 'utf8').split('\n').slice(-21).join('\n')}`;
  await stage.listening(socket, daemon);

  const to = { name: 'wactl', env: { WAD_SOCKET: socket } };
  const wactl = (...args: string[]) => stage.show(to, [WACTL, ...args]);
  const must = async (...args: string[]): Promise<void> => {
    const status = await wactl(...args);
    if (status !== 0) throw new Error(`wactl ${args[0]} ended with ${status}`);
  };
  await must('wait', 'linking', '--timeout', '60');
  const drawn = must('qr', '--timeout', '60');
  drawn.catch(() => undefined);
  const payload = await stage.ask(to, [WACTL, 'qr', '--raw']);
  // Time for a person to see the code; a real phone needs as long.
  await stage.pause(1_500);
  await post(`/phones/${ACCOUNT}/scan`, { qr: payload.trim() });
  await drawn;
  await must('wait', 'ready', '--timeout', '60');

  const since = lastEvent(await stage.ask(to, [WACTL, 'status', '-o', 'json']));
  await must('send', '+1 555 000 2222', 'Hello from wad');
  const events = ['events', '--follow', '--type', 'message', '--since', since];
  const answered = stage.follow(to, [WACTL, ...events], /Ana has read: /);
  await answered;
  await must('status', '-o', 'json');
  const { http } = JSON.parse(await stage.ask(to, [WACTL, '-o', 'json', 'call', 'daemon.info'])) as {
    http: string;
  };

  stage.happy = true;
  stage.say(
    'All of it works. Everything keeps running, and events are shown here; Ctrl-C ends it.',
    'In another terminal:',
    `export WAD_SOCKET=${socket}`,
    `${WACTL} status`,
    `${WACTL} send +15550002222 'how are you?'`,
    `${WACTL} -o jsonl events --follow`,
    `${WACTL} --help`,
    `${WACTL} doctor`,
    'Have Ana write to you:',
    `curl -sd '{"body":"are you there?"}' ${control}/contacts/${CONTACT}/send`,
    `HTTP, without a token in this trial; in a browser: http://${http}/`,
    `curl http://${http}/api/whatsapp/status`,
    `curl -H 'Content-Type: application/json' -d '{"to":"+15550002222","text":"hello"}' http://${http}/api/whatsapp/messages`,
    `curl http://${http}/metrics`,
    `Every event is posted to a webhook, whose receiver keeps it: tail -f ${webhooks}`,
    'Unlink, and link again by the page in the browser; this is the phone that scans:',
    `${WACTL} disconnect; ${WACTL} init`,
    `curl -sd "{\\"qr\\":\\"$(${WACTL} qr --raw)\\"}" ${control}/phones/${ACCOUNT}/scan`,
    `The daemon's log: ${log}`,
  );
  await Promise.race([stage.until(daemon), stage.until(simulator)]);
}

/**
 * Configures HTTP on a free port, and a webhook to `url`. There is no account to protect, and no token keeps
 * the commands short.
 */
function configuration(url: string): string {
  return [
    '[http]',
    'listen = "127.0.0.1:0"',
    'anonymousLoopback = true',
    '[webhook.trial]',
    `url = "${url}"`,
    '',
  ].join('\n');
}
