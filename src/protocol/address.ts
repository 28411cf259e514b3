// The options with which another wactl, or wad, reaches the same daemon, and the hints that need them. A hint
// is a command that must run as printed, whether it came over the socket or HTTP.

/** Words of a command line, quoted for a shell if necessary. Empty: the daemon is found without options. */
export type Address = readonly string[];

/** @param to.socket only if the account alone does not lead to the daemon */
export const addressOf = (to: {
  readonly account?: string | undefined;
  readonly socket?: string | undefined;
}): Address => [
  ...(to.account === undefined ? [] : ['-a', to.account]),
  ...(to.socket === undefined ? [] : ['--socket', quoted(to.socket)]),
];

/** One word for a POSIX shell. */
export const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

const NAMES_ONE = /\s(?:-a|--account|--socket)(?:[\s=]|$)/;

/** Adds the options to a hint; one that has them, or that runs another program, stays as it is. */
export function addressed(hint: string, to: Address): string {
  const program = /^(?:wactl|wad)(?= |$)/.exec(hint)?.[0];
  if (program === undefined || to.length === 0 || NAMES_ONE.test(hint)) return hint;
  const options = program === 'wactl' ? to : to.map((word) => (word === '-a' ? '--account' : word));
  return [program, ...options].join(' ') + hint.slice(program.length);
}
