// The configuration of a fleet, for tests.
import { type Config, KEYS } from '../../src/config/keys.js';
import type { NatsServer } from './nats.js';

const DEFAULTS = Object.fromEntries(
  Object.entries(KEYS.fleet).map(([name, row]) => [
    name,
    typeof row.default === 'function' ? (row.default as () => unknown)() : row.default,
  ]),
) as unknown as Config['fleet'];

/** `[fleet]` with all defaults, on these servers. */
export const fleetConfig = (
  servers: Pick<NatsServer, 'url'> | readonly Pick<NatsServer, 'url'>[],
  more: Partial<Config['fleet']> = {},
): Config['fleet'] => ({ ...DEFAULTS, servers: [servers].flat().map(({ url }) => url), ...more });
