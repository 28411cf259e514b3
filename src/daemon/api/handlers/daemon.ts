// daemon.* and rpc.discover: facts about this process, passed in by wire.ts.
import type { Handlers, Result } from '../../../protocol/method.js';
import type { daemonMethods, LOG_LEVELS } from '../../../protocol/methods/daemon.js';

export type LogLevel = (typeof LOG_LEVELS)[number];

export interface DaemonFacts {
  /** Called for each request. */
  readonly info: () => Result<(typeof daemonMethods)['daemon.info']>;
  readonly logLevel: { get(): LogLevel; set(level: LogLevel): void };
  readonly report: () => Promise<Result<(typeof daemonMethods)['daemon.report']>>;
  readonly metrics: () => Promise<Result<(typeof daemonMethods)['daemon.metrics']>>;
  /** The OpenRPC document; built for the first request, because most daemons never get one. */
  readonly discover: () => Result<(typeof daemonMethods)['rpc.discover']>;
}

export const daemonHandlers = (facts: DaemonFacts): Handlers<typeof daemonMethods> => {
  let document: ReturnType<DaemonFacts['discover']> | undefined;
  return {
    'daemon.ping': () => ({ pong: true, timestamp: new Date().toISOString() }),
    'daemon.info': () => facts.info(),
    'daemon.report': () => facts.report(),
    'daemon.metrics': () => facts.metrics(),
    'daemon.logLevel': ({ level }) => {
      if (level !== undefined) facts.logLevel.set(level);
      return { level: facts.logLevel.get() };
    },
    'rpc.discover': () => {
      document ??= facts.discover();
      return document;
    },
  };
};
