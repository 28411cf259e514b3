// `wactl completion`: prints the completion script of a shell.
import { command } from '../command.js';
import { write } from '../output.js';

const SHELLS = ['bash', 'zsh', 'fish'] as const;

export const completion = command({
  name: 'completion',
  group: 'This program',
  does: 'print a completion script for the shell',
  args: [
    { name: 'SHELL', required: false, does: 'bash, zsh or fish (default: from $SHELL)', choices: SHELLS },
  ],
  options: {},
  examples: [
    ['wactl completion bash >> ~/.bashrc', 'for bash'],
    ['wactl completion zsh >> ~/.zshrc', 'for zsh'],
    ['wactl completion fish > ~/.config/fish/completions/wactl.fish', 'for fish'],
  ],
  async run({ args: [given] }) {
    const { completionScript } = await import('../completion-script.js');
    const shell = given ?? SHELLS.find((name) => process.env.SHELL?.endsWith(name)) ?? 'bash';
    write(1, completionScript(shell));
    return 0;
  },
});
