// The entry point of `wad-gateway`: reads its flags and configuration, opens the gateway, waits for a signal, and exits with
// the matching status.
import { isatty } from 'node:tty';
import { runProgram } from '../config/program.js';
import { Heap } from '../local/heap.js';
import { openLog } from '../log/log.js';
import { Fault } from '../protocol/fault.js';
import { readFlags } from './flags.js';
import { type Gateway, openGateway } from './gateway.js';
import { openService } from './service.js';
import { type GatewaySettings, settle } from './settings.js';

/** The exit status after an error that nothing caught. */
const INTERNAL = 70;
/** Whether a person sees it run. Without a terminal SIGHUP is a request to reload. */
const IN_TERMINAL = [0, 1, 2].some((fd) => isatty(fd));

runProgram({ name: 'gateway', umask: 0o077, readFlags, settle, run });

/** @throws (rejects) Fault of the start */
async function run(settings: GatewaySettings): Promise<number> {
  const { level, content } = settings.config.log;
  const log = openLog({ account: null, level, content, env: process.env });
  for (const warning of settings.warnings) log.warn('config.warning', { warning });
  const service = openService(process.env, log);
  const heap = new Heap(log);
  let gateway: Gateway | undefined;
  const stopped = new Promise<NodeJS.Signals>((resolve) => {
    const stop = (signal: NodeJS.Signals): void => resolve(signal);
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, stop);
    process.on('SIGHUP', (signal) => {
      // The terminal was closed.
      if (IN_TERMINAL) return stop(signal);
      log.info('gateway.reloading', {});
      service.reload(() => gateway?.reload());
    });
  });
  for (const event of ['unhandledRejection', 'uncaughtException'] as const)
    process.on(event, (error: unknown) => {
      log.fatal(event, { err: error });
      log.flushSync();
      process.exit(INTERNAL);
    });
  try {
    gateway = await openGateway(settings, log);
    heap.start();
    service.serves(gateway);
    const signal = await stopped;
    log.info('gateway.stopping', { signal });
    service.stopping();
    await gateway.close();
    log.info('gateway.stopped', {});
    return 0;
  } catch (error) {
    const { kind, message, hint } = Fault.of(error);
    log.error('gateway.failed', { kind, reason: message, hint });
    throw error;
  } finally {
    heap.stop();
    await service.close();
    await log.flush();
  }
}
