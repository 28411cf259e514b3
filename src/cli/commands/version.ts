// `wactl version`: prints the versions of both programs.
import { Fault } from '../../protocol/fault.js';
import { command } from '../command.js';
import { printable } from '../output.js';
import { version as mine } from '../version.js';

export const version = command({
  name: 'version',
  group: 'This program',
  does: 'print the version of wactl, and of a running daemon',
  args: [],
  options: {},
  examples: [['wactl version', 'both']],
  async run({ ask, show, timeoutMs = 3000 }) {
    const node = process.version.slice(1);
    const daemon = await ask('daemon.info', {}, { timeoutMs }).catch((error: unknown) => Fault.of(error));
    const said =
      daemon instanceof Fault ? null : { version: daemon.version, node: daemon.node, pid: daemon.pid };
    show({ wactl: mine, node, wad: said }, () => {
      const theirs =
        daemon instanceof Fault
          ? printable(daemon.message)
          : printable(`${daemon.version} (pid ${daemon.pid}, Node ${daemon.node})`);
      return `wactl  ${mine} (Node ${node})\nwad    ${theirs}\n`;
    });
    return 0;
  },
});
