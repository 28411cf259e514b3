// The completion scripts offer the right words in each real shell.
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
const { NODE_OPTIONS: _, ...clean } = process.env; // without tap's loaders
const env = { ...clean, HOME: home, PATH: `${home}:${clean.PATH}` };

/**
 * For each shell, a program that completes its arguments as the shell's line editor does. The last argument
 * is incomplete.
 */
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
    // zsh's completion system runs only inside the line editor, so the two functions it provides are defined
    // here.
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
  ['wactl sta', 'star', 'status', 'statuses'],
  ['wactl -o json sta', 'star', 'status', 'statuses'],
  ['wactl wait rea', 'ready'],
  ['wactl -o ', 'json', 'jsonl', 'text'],
  ['wactl events --type message.r', 'message.reaction', 'message.revoke'],
  ['wactl send x y --wai', '--wait'],
  ['wactl token re', 'revoke'],
  ['wactl token create --scope read,s', 'read,send'],
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
  t.same(typed('wactl', '--output', '=', 'json', 'sta'), ['status', 'star', 'statuses']);
  t.end();
});
