// The entry point of `wad-agent`: reads its flags and configuration, joins the fleet, waits for a signal, and exits with the
// matching status.
import { fileURLToPath } from 'node:url';
import { renderCheck } from '../config/check.js';
import { ConfigError } from '../config/error.js';
import { MANIFEST } from '../local/package.js';
import { type DaemonLog, openLog } from '../log/log.js';
import { Fault } from '../protocol/fault.js';
import { faultRow } from '../protocol/fault-table.js';
import { AccountFiles } from './account-files.js';
import { readFlags } from './flags.js';
import { openService } from './service.js';
import { type AgentSettings, refuseUnfit, settle } from './settings.js';
import type { Units } from './units.js';

const INTERNAL = 70;

process.umask(0o027);
process.exitCode = INTERNAL;
void main(process.argv.slice(2)).then(
  (status) => process.exit(status),
  (error: unknown) => {
    process.stderr.write(`wad-agent: ${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(INTERNAL);
  },
);

async function main(argv: readonly string[]): Promise<number> {
  const read = readFlags(argv, MANIFEST.version);
  if ('text' in read) {
    (read.exit === 0 ? process.stdout : process.stderr).write(`${read.text}\n`);
    return read.exit;
  }
  try {
    const settings = settle(read.flags, process.env);
    if (read.flags.mode === 'check-config') {
      process.stdout.write(renderCheck(settings, 'agent'));
      return 0;
    }
    refuseUnfit(settings);
    return await run(settings);
  } catch (error) {
    if (!(error instanceof ConfigError || error instanceof Fault)) throw error;
    const hint = error instanceof Fault && error.hint !== null ? `\n  try: ${error.hint}` : '';
    process.stderr.write(`wad-agent: ${error.message}${hint}\n`);
    return error instanceof ConfigError ? error.exit : faultRow(error.kind).wadExit;
  }
}

/** @throws (rejects) Fault */
async function run(settings: AgentSettings): Promise<number> {
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
