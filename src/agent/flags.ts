// The command line of `wad-agent`.
import { type FlagsRead, type ProgramOptions, readProgramFlags } from '../local/program-flags.js';

/** --help and wad-agent(8) follow from it. */
export const AGENT_OPTIONS: ProgramOptions = {
  config: ['FILE', 'read this file instead of /etc/wad/wad.toml or ~/.config/wad/wad.toml'],
  'check-config': [null, 'print every value of [fleet] and [agent] and its source, then exit'],
  version: [null, 'print `wad-agent VERSION`, then exit'],
  help: [null, 'print this, then exit'],
};

const EPILOG = `Examples:
  # run accounts of the fleet on this machine, as units of systemd
  wad-agent
  # run them as its own processes, as in a container
  WAD_AGENT_RUN=children wad-agent
  # add an account, which starts on one of the machines
  wactl fleet add shop

The tables [fleet] and [agent] of wad.toml and WAD_* variables configure it.
It stays in the foreground and logs to stdout. Exit status: 0 clean stop,
64 usage, 70 internal, 75 NATS was lost, 77 permissions, 78 configuration,
or another agent has the name of this machine.`;

/** Parses the arguments after the program's name. */
export const readFlags = (argv: readonly string[], version: string): FlagsRead =>
  readProgramFlags(argv, {
    ...{ name: 'wad-agent', version, options: AGENT_OPTIONS, epilog: EPILOG },
    does: 'runs accounts of a fleet on this machine',
  });
