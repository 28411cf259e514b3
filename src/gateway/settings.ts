// Determines and checks everything that the gateway is started with, before anything is opened.
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { isLocal, type Listen, parseAddress, parseListen } from '../config/listen.js';
import { type Loaded, loadConfig } from '../config/load.js';
import { Fault } from '../protocol/fault.js';
import type { GatewayFlags } from './flags.js';

type Env = Readonly<Record<string, string | undefined>>;

export interface GatewaySettings extends Loaded {
  readonly listen: Listen;
  /** The file in which the settings belong; it need not exist. */
  readonly configFile: string;
  /** Contains the tokens. Mode 0700. */
  readonly stateDir: string;
}

/** @throws ConfigError, Fault bad_config: it would serve other machines without TLS */
export function settle(flags: GatewayFlags, env: Env): GatewaySettings {
  const home = homedir();
  const cwd = process.cwd();
  const given = env.STATE_DIRECTORY?.split(':')[0] || undefined;
  const stateHome = xdg(env.XDG_STATE_HOME, join(home, '.local/state'));
  const configHome = xdg(env.XDG_CONFIG_HOME, join(home, '.config'));
  // A user's own service manager sets STATE_DIRECTORY, too, to a directory in that user's home.
  const isSystem =
    given !== undefined && !given.startsWith(`${stateHome}/`) && !given.startsWith(`${configHome}/`);
  const stateDir =
    flags.stateDir === undefined ? (given ?? join(stateHome, 'wad-gateway')) : resolve(cwd, flags.stateDir);
  const usual = isSystem ? '/etc/wad/wad.toml' : join(configHome, 'wad/wad.toml');
  const loaded = loadConfig({
    ...{ account: 'default', stateDir, configFiles: [usual], configFile: flags.config, env, cwd, home },
  });
  const { gateway } = loaded.config;
  const listen = parseListen(gateway.listen) ?? parseAddress(gateway.listen);
  if (listen === null)
    throw new Fault('bad_config', {
      reason: `gateway.listen: ${gateway.listen} is not an address`,
      hint: null,
    });
  refuseOpen(loaded);
  return { ...loaded, listen, stateDir, configFile: flags.config ?? usual };
}

/** @throws Fault bad_config: tokens and messages would cross the network readable by everybody */
function refuseOpen({ config: { gateway } }: Loaded): void {
  const { certFile, keyFile, behindProxy, listen } = gateway;
  if ((certFile === null) !== (keyFile === null))
    throw new Fault('bad_config', {
      reason: 'gateway.certFile and gateway.keyFile belong together',
      hint: null,
    });
  if (isLocal(listen) || certFile !== null || behindProxy) return;
  throw new Fault('bad_config', {
    reason: `gateway.listen: other machines can reach ${listen}, and there is no TLS: set certFile and keyFile, or behindProxy = true if a proxy provides it`,
    hint: null,
  });
}

/** The XDG rules require that a relative path is ignored. */
const xdg = (value: string | undefined, otherwise: string): string =>
  value !== undefined && isAbsolute(value) ? resolve(value) : otherwise;
