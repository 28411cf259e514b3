// The completion scripts of the shells. Each asks `wactl --get-yargs-completions` for words (complete.ts).
import yargs from 'yargs';

/** Offers file names when there are no words, as in the other shells. yargs' own script for fish omits some words. */
const FISH = `function __wactl_complete
    set -l found (wactl --get-yargs-completions (commandline -opc) (commandline -ct))
    if test (count $found) -gt 0
        printf '%s\\n' $found
    else
        __fish_complete_path (commandline -ct)
    end
end
complete -c wactl -f -a '(__wactl_complete)'
`;

/** The script for a shell; for bash and zsh it is yargs' own. */
export function completionScript(shell: string): string {
  if (shell === 'fish') return FISH;
  const before = process.env.SHELL;
  process.env.SHELL = shell;
  const lines: string[] = [];
  const log = console.log;
  console.log = (...line: unknown[]) => lines.push(line.join(' '));
  try {
    const to = yargs([]).scriptName('wactl').locale('en').help(false).version(false).exitProcess(false);
    to.completion('completion', false).showCompletionScript();
  } finally {
    console.log = log;
    if (before === undefined) delete process.env.SHELL;
    else process.env.SHELL = before;
  }
  return `${lines.join('\n')}\n`;
}
