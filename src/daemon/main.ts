// The entry point of `wad`: reads its flags and configuration, wires the daemon, waits for its end, and exits
// with the matching status.
import { renderCheck } from '../config/check.js';
import { ConfigError } from '../config/error.js';
import { Heap } from '../local/heap.js';
import { complain, isJournal } from '../local/journal.js';
import { type DaemonLog, openLog } from '../log/log.js';
import { Fault } from '../protocol/fault.js';
import type { State } from '../session/state.js';
import { EXIT, exitOf } from './exit.js';
import { readFlags } from './flags.js';
import { refusal } from './refusal.js';
import { openService } from './service.js';
import { StartSteps } from './session/start-steps.js';
import { refuseRoot, type Settings, settle } from './settings.js';
import { catchUnhandled, obeySignals } from './signals.js';
import { WAD_VERSION } from './version.js';
import { wire } from './wire.js';

process.umask(0o077);
process.exitCode = EXIT.internal;
process.once('beforeExit', undecided);
void main(process.argv.slice(2))
  .catch((error: unknown) => {
    complain(`wad: ${error instanceof Error ? error.stack : String(error)}`);
    return EXIT.internal;
  })
  .then((status) => {
    process.off('beforeExit', undecided);
    process.exitCode = status;
  });

/**
 * The process ends when nothing keeps the event loop alive, even while it waits for
 * something. This reports that case.
 */
function undecided(): void {
  complain('wad: ended without a result; this is a bug in wad');
}

async function main(argv: readonly string[]): Promise<number> {
  const read = await readFlags(argv, { env: process.env, version: WAD_VERSION });
  if ('text' in read) {
    if (read.exit === 0) process.stdout.write(`${read.text}\n`);
    else complain(read.text);
    return read.exit;
  }
  let settings: Settings;
  try {
    if (read.flags.mode === 'doctor') {
      const { runDoctor } = await import('./doctor/run.js');
      return await runDoctor(read.flags, read.flags.output);
    }
    settings = settle(read.flags, process.env);
    if (read.flags.mode === 'check-config') {
      process.stdout.write(renderCheck(settings));
      return EXIT.ok;
    }
    const { mode } = read.flags;
    // A move first looks for a running daemon: root must stop that one, and needs no advice on Chromium's
    // sandbox. An export starts no browser.
    if (mode !== 'run' && mode !== 'canary') {
      const { refuseRunning } = await import('./move/running.js');
      await refuseRunning(settings);
    }
    if (mode !== 'export') refuseRoot(settings);
    if (mode === 'canary' && read.flags.deep !== null) {
      const { runDeepCanary } = await import('./doctor/deep-canary.js');
      // A wait that was given up must not keep the process alive.
      process.exit(await runDeepCanary(settings, read.flags.deep, read.flags.output));
    }
    if (mode === 'canary') {
      const { runCanary } = await import('./doctor/canary.js');
      return await runCanary(settings, read.flags.output);
    }
    if (mode !== 'run') {
      const { runMove } = await import('./move/run.js');
      return await runMove(mode, settings, read.flags);
    }
  } catch (error) {
    if (!(error instanceof ConfigError || error instanceof Fault)) throw error;
    complain(refusal(error, read.flags.output));
    return exitOf(error);
  }
  const { account, config, warnings } = settings;
  const { level, content } = config.log;
  const log = openLog({ account, level, content, env: process.env });
  for (const warning of warnings) log.warn('config.warning', { warning });
  const status = await run(settings, log);
  await log.flush();
  // A handle that a library left open must not keep the process alive.
  process.exit(status);
}

/** The states of a start, which throws away much. */
const STARTING: ReadonlySet<State['name']> = new Set(['starting', 'linking', 'syncing']);
const NEVER = new AbortController().signal;

async function run(settings: Settings, log: DaemonLog): Promise<number> {
  const service = openService(process.env, log);
  const heap = new Heap(log);
  const steps = new StartSteps(log);
  steps.done('settings');
  try {
    log.info('daemon.starting', {
      version: WAD_VERSION,
      socket: settings.socket.path,
      profile: settings.dir.profile,
    });
    if (!settings.config.browser.sandbox)
      log.warn('daemon.no-sandbox', { says: "Chromium's sandbox is off by request." });
    const inFleet = settings.config.fleet.servers.length > 0;
    const { standBy } = inFleet ? await import('./fleet/standby.js') : {};
    const daemon = await wire(settings, log, {
      onRead: (bytes) => heap.received(bytes),
      onLongStart: (ms) => service.extend(ms),
      ...(standBy && { standBy: (parts) => standBy(parts, service) }),
      steps,
    });
    catchUnhandled(daemon.account, log);
    // A stop on one machine of a fleet does not mean to unlink the phone: another machine takes the account.
    const { shutdown } = settings.config;
    obeySignals(
      daemon.account,
      { ...settings.config, shutdown: inFleet ? { ...shutdown, onTerm: 'keep' } : shutdown },
      log,
      service.stopReason,
    );
    await daemon.begin();
    heap.start();
    void daemon.account.actor
      .until((now) => !STARTING.has(now.name), { signal: NEVER })
      .then(() => heap.grow());
    service.serves(daemon.account, settings.config);
    log.info('daemon.listening', { socket: settings.socket.path });
    const how = await daemon.ended;
    log.info('daemon.stopped', { how });
    return how === 'lock-lost' ? EXIT.lockHeld : EXIT.ok;
  } catch (error) {
    const fault = Fault.of(error);
    // A signal ended the wait for the account.
    if (fault.kind === 'interrupted') {
      log.info('daemon.stopped', { how: 'stopped' });
      return EXIT.ok;
    }
    log.error('daemon.failed', {
      kind: fault.kind,
      reason: fault.message,
      hint: fault.hint,
      err: fault.cause,
    });
    // A journal has the record already.
    if (!isJournal(process.env, process.stderr.fd)) process.stderr.write(`wad: ${fault.message}\n`);
    return exitOf(fault);
  } finally {
    heap.stop();
    await service.close();
  }
}
