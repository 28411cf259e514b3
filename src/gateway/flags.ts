// The command line of `wad-gateway`.
import {
  type FlagsRead,
  type ProgramFlags,
  type ProgramOptions,
  readProgramFlags,
} from '../local/program-flags.js';

export type GatewayFlags = ProgramFlags;

/** --help and wad-gateway(8) follow from it. */
export const GATEWAY_OPTIONS: ProgramOptions = {
  config: ['FILE', 'read this file instead of /etc/wad/wad.toml or ~/.config/wad/wad.toml'],
  'state-dir': ['DIR', 'the directory of the tokens'],
  'check-config': [null, 'print every value of [gateway] and [fleet] and its source, then exit'],
  version: [null, 'print `wad-gateway VERSION`, then exit'],
  help: [null, 'print this, then exit'],
};

const EPILOG = `Examples:
  # serve every account of this machine at http://127.0.0.1:3080
  wad-gateway
  # create a token for it
  wactl token create --name me --scope admin --account '*'

The tables [gateway] and [fleet] of wad.toml and WAD_* variables configure it.
It stays in the foreground and logs to stdout. Exit status: 0 clean stop,
64 usage, 70 internal, 75 another gateway runs, 77 permissions, 78 configuration.`;

/** Parses the arguments after the program's name. */
export const readFlags = (argv: readonly string[], version: string): FlagsRead =>
  readProgramFlags(argv, {
    ...{ name: 'wad-gateway', version, options: GATEWAY_OPTIONS, epilog: EPILOG },
    does: 'serves every account of this machine over one HTTP address',
  });
