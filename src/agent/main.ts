// The entry point of `wad-agent`: reads its flags and configuration, joins the fleet, waits for a signal, and exits with the
// matching status.
import { fileURLToPath } from 'node:url';
import { runProgram } from '../config/program.js';
import { type DaemonLog, openLog } from '../log/log.js';
import { Fault } from '../protocol/fault.js';
import { AccountFiles } from './account-files.js';
import { readFlags } from './flags.js';
import { openService } from './service.js';
import { type AgentSettings, refuseUnfit, settle } from './settings.js';
import type { Units } from './units.js';

/** The exit status after an error that nothing caught. */
const INTERNAL = 70;

runProgram({ name: 'agent', umask: 0o027, readFlags, settle, run });

/** @throws (rejects) Fault */
async function run(settings: AgentSettings): Promise<number> {
  refuseUnfit(settings);
  const { level, content } = settings.config.log;
  const log = openLog({ account: null, level, content, env: process.env });
  for (const warning of settings.warnings) log.warn('config.warning', { warning });
  const service = openService(process.env, log);
  const ending = new AbortController();
  const stopped = new Promise<null>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
      process.once(signal, () => {
        log.info('agent.stopping', { signal });
        ending.abort();
        resolve(null);
      });
  });
  for (const event of ['unhandledRejection', 'uncaughtException'] as const)
    process.on(event, (error: unknown) => {
      log.fatal(event, { err: error });
      log.flushSync();
      process.exit(INTERNAL);
    });
  try {
    service.begins();
    // The client of NATS is not loaded for --help.
    const { Agent } = await import('./agent.js');
    const openUnits = await unitsOf(settings, log);
    const agent = await Agent.open({ config: settings.config, log, openUnits }, ending.signal);
    service.joined(agent);
    const failed = await Promise.race([agent.failed, stopped]);
    service.stopping();
    await agent.close();
    if (failed !== null) throw failed;
    log.info('agent.stopped', {});
    return 0;
  } catch (error) {
    if (ending.signal.aborted) return 0;
    const { kind, message, hint } = Fault.of(error);
    log.error('agent.failed', { kind, reason: message, hint });
    throw error;
  } finally {
    await service.close();
    await log.flush();
  }
}

async function unitsOf(settings: AgentSettings, log: DaemonLog): Promise<(changed: () => void) => Units> {
  const files = new AccountFiles(settings.accountsDir);
  if (settings.config.agent.run === 'systemd') {
    const { SystemdUnits } = await import('./systemd-units.js');
    return (changed) => new SystemdUnits(files, log, changed);
  }
  const { ChildUnits } = await import('./child-units.js');
  const { monotonicMs } = await import('./agent.js');
  const wad = fileURLToPath(new URL('wad.cjs', import.meta.url));
  const programOf = (account: string) => settings.programOf(account, wad);
  return (changed) => new ChildUnits(files, programOf, { now: monotonicMs, log, changed });
}
