// The completion scripts of the shells. Each asks `wactl --get-yargs-completions` for words (complete.ts).
import yargs from 'yargs';

/** Offers names of files where there are no words, as the other two shells do. yargs' own script for fish leaves out words. */
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

/** For bash and zsh yargs' own script; each asks `wactl --get-yargs-completions` (complete.ts). */
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
