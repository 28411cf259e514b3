// Prints what the gateway says about itself.
import type { GatewayAnswered } from '../../protocol/gateway/index.js';
import { duration } from './duration.js';

/** @param info printable */
export function renderGateway(info: GatewayAnswered<'gateway.info'>, nowMs: number): string {
  const { listen, accounts, connections, tokens, memoryBytes, startedAt, version, pid } = info;
  const running = accounts.filter((one) => one.running).map(({ account }) => account);
  const stopped = accounts.filter((one) => !one.running).map(({ account }) => account);
  const rows: readonly (readonly [string, string])[] = [
    ['address', listen],
    ['running', running.join(', ') || 'no account'],
    ...(stopped.length === 0 ? [] : [['not running', stopped.join(', ')] as const]),
    ['connections', String(connections)],
    ['tokens', tokens === 0 ? 'none; create one with: wactl token create --help' : String(tokens)],
    ['memory', `${Math.round(memoryBytes / 1_000_000)} MB`],
    ['up', duration(nowMs - Date.parse(startedAt))],
    ['version', `${version}, pid ${pid}`],
    ['socket', info.socket],
    ['state', info.stateDir],
  ];
  return rows.map(([name, value]) => `${name.padEnd(13)}${value}\n`).join('');
}
