// The completion scripts in the shells themselves: what is offered for a line that is being typed.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { lacks } from '../../harness/program.js';
import { WACTL } from '../../harness/wactl.js';

const home = mkdtempSync(join(tmpdir(), 'wactl-complete-'));
t.teardown(() => rmSync(home, { recursive: true, force: true }));
symlinkSync(WACTL, join(home, 'wactl'));
const { NODE_OPTIONS: _, ...clean } = process.env; // tap's loaders have no business in there
const env = { ...clean, HOME: home, PATH: `${home}:${clean.PATH}` };

/** Per shell what makes it complete its arguments, the last of which is being typed, as its own line editor would. */
const SHELLS: Readonly<Record<string, { options: readonly string[]; program: string }>> = {
  bash: {
    options: ['--norc', '--noprofile'],
    program: `
      source <(wactl completion bash)
      complete -p wactl >/dev/null || exit 9
      COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
      _wactl_yargs_completions
      printf '%s\\n' "\${COMPREPLY[@]}"`,
  },
  zsh: {
    options: ['-f'],
    // The completion system runs inside the line editor only, so its two words stand here by themselves.
    program: `
      compdef() { bound=$2 }
      _describe() { print -rl -- \${(PM)2:#\${words[CURRENT]}*} }
      _default() { }
      source =(wactl completion zsh)
      [[ $bound == wactl ]] || exit 9
      words=("$@") CURRENT=$#
      _wactl_yargs_completions`,
  },
  fish: {
    options: ['--no-config'],
    program: `
      wactl completion fish | source
      complete -C (string join ' ' -- $argv)`,
  },
};

const LINES: readonly (readonly [line: string, ...offered: string[]])[] = [
  ['wactl sta', 'star', 'status'],
  ['wactl -o json sta', 'star', 'status'],
  ['wactl wait rea', 'ready'],
  ['wactl -o ', 'json', 'jsonl', 'text'],
  ['wactl events --type message.r', 'message.reaction', 'message.revoke'],
  ['wactl send x y --wai', '--wait'],
];

for (const [shell, { options, program }] of Object.entries(SHELLS)) {
  t.test(`completes in ${shell}`, { skip: lacks(shell) }, async (t) => {
    for (const [line, ...offered] of LINES) {
      const args = [...options, '-c', program, ...(shell === 'fish' ? [] : [shell]), ...line.split(' ')];
      const said = execFileSync(shell, args, { env, encoding: 'utf8' });
      t.same(said.trim().split('\n').sort(), offered, line);
    }
  });
}

t.test('bash splits a word at its equals sign', (t) => {
  const args = [...(SHELLS.bash?.options ?? []), '-c', SHELLS.bash?.program ?? '', 'bash'];
  const typed = (...words: string[]) =>
    execFileSync('bash', [...args, ...words], { env, encoding: 'utf8' })
      .trim()
      .split('\n');
  t.same(typed('wactl', '--output', '=', 'js'), ['json', 'jsonl']);
  t.same(typed('wactl', '--output', '=', 'json', 'sta'), ['status', 'star']);
  t.end();
});
