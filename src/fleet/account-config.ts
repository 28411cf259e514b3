// What an account of the fleet may configure. Its text comes from NATS: who may write there must not become able to run
// programs on every machine, or to read another account's session. So keys that belong to the machine are refused.
import { check, readToml } from '../config/read.js';

/** Tables that belong to the machine, each with the reason. */
const OF_MACHINE: Readonly<Record<string, string>> = {
  fleet: 'it says how the machine reaches the fleet',
  agent: 'it configures the agent of a machine',
  gateway: 'it configures the gateway of a machine',
  session: 'another account could be read',
  socket: 'another account could be replaced',
  http: 'several accounts of a machine cannot have the same address',
};

const KEYS_OF_MACHINE: Readonly<Record<string, string>> = {
  'browser.sandbox': 'it protects the machine',
  'browser.headed': 'a machine of a fleet has no screen',
  'shutdown.onTerm': 'a stop by the fleet always keeps the link',
};

/** Why the text cannot be used, in one sentence; null when it can. */
export function refusedConfig(text: string): string | null {
  const { readings, mistakes } = readToml('', text);
  const [mistake] = mistakes;
  if (mistake !== undefined) {
    const { line } = mistake.origin.from === 'file' ? mistake.origin : { line: null };
    return `${line === null ? '' : `line ${line}: `}${mistake.key === null ? '' : `${mistake.key}: `}${mistake.says}`;
  }
  for (const reading of readings) {
    const { name, written } = reading.row;
    const [table = ''] = name.split('.');
    const why =
      OF_MACHINE[table] ??
      KEYS_OF_MACHINE[name] ??
      (written === 'path' ? 'a file of the machine could be read or run' : undefined);
    if (why !== undefined) return `${name}: not in the configuration of an account: ${why}`;
    const wrong = check(reading);
    if (wrong !== null) return `${name}: expected ${wrong.expected}, got ${wrong.got}`;
  }
  return null;
}
