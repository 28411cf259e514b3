// Computes shell completions: the commands, options and values that can follow on a line, from the table of commands.
import { knownAccounts } from '../socket/known-accounts.js';
import { thisMachine } from '../socket/this-machine.js';
import type { Argument, Command, Option, Options } from './command.js';
import { COMMANDS } from './commands/rare.js';
import { GLOBALS } from './globals.js';

/** For a list, completes the part after the last comma. */
function listed(choices: readonly string[], current: string): string[] {
  const done = current.slice(0, current.lastIndexOf(',') + 1);
  const taken = done.split(',');
  return choices.filter((choice) => !taken.includes(choice)).map((choice) => done + choice);
}

function values(row: Option | Argument, name: string, current: string): readonly string[] {
  if (name === 'account') return listed(knownAccounts(thisMachine()), current);
  const choices = row.choices ?? [];
  const list = 'list' in row ? row.list === true : 'type' in row && row.type === 'list';
  return list ? listed(choices, current) : choices;
}

const optionNamed = (options: Options, word: string): [string, Option] | undefined =>
  Object.entries(options).find(
    ([name, { alias }]) => word === `--${name}` || (alias && word === `-${alias}`),
  );

/** Joins `--output=js`, which bash passes as three words. */
const unsplit = (words: readonly string[]): string[] =>
  words.flatMap((word, at) =>
    word !== '=' || !words[at - 1]?.startsWith('--') ? [word] : at === words.length - 1 ? [''] : [],
  );

/** @param line begins with the program's name; its last word is being typed */
export function complete(line: readonly string[]): string[] {
  const words = unsplit(line);
  const current = words.at(-1) ?? '';
  const before = words.slice(1, -1);
  let command: Command | undefined;
  let args = 0;
  let pending: [string, Option] | undefined;
  for (const word of before) {
    const options: Options = { ...GLOBALS, ...command?.options };
    if (pending) pending = undefined;
    else if (word.startsWith('-') && word !== '-') {
      const found = optionNamed(options, word);
      pending = found && found[1].type !== 'flag' ? found : undefined;
    } else if (command) args += 1;
    else command = COMMANDS.find(({ name }) => name === word);
  }
  const options: Options = { ...GLOBALS, ...command?.options };
  const glued = /^(--[\w-]+=)(.*)$/.exec(current);
  const candidates = (): readonly string[] => {
    if (pending) return values(pending[1], pending[0], current);
    if (glued?.[1]) {
      const found = optionNamed(options, glued[1].slice(0, -1));
      return found ? values(found[1], found[0], glued[2] ?? '').map((value) => glued[1] + value) : [];
    }
    if (current.startsWith('-')) return Object.keys(options).map((name) => `--${name}`);
    if (!command) return COMMANDS.map(({ name }) => name);
    const row = command.args[args] ?? command.args.findLast(({ rest }) => rest);
    return row ? values(row, row.name, current) : [];
  };
  return [...new Set(candidates())].filter((word) => word.startsWith(current));
}
