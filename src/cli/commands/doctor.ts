import { Fault } from '../../protocol/fault.js';
import { command } from '../command.js';
import { handOver, wad } from '../program.js';

export const doctor = command({
  name: 'doctor',
  group: 'Daemon',
  does: 'check browser, sandbox, directories, lock, disk, socket, versions',
  notes: 'Runs `wad --doctor` for the account. Works with the daemon down.',
  args: [],
  options: {},
  examples: [['wactl doctor', 'what is wrong here, and what to do']],
  async run({ account, socket, output, onInterrupt }) {
    const program = wad();
    if (!program) {
      throw new Fault('unreachable', {
        reason: 'doctor: the program wad is neither beside wactl nor on PATH',
        hint: 'PATH=$PATH:/directory/of/wad wactl doctor',
      });
    }
    onInterrupt('ignored');
    return handOver([
      ...program,
      '--doctor',
      '--account',
      account,
      ...(socket === undefined ? [] : ['--socket', socket]),
      ...(output === 'text' ? [] : ['--output', output]),
    ]);
  },
});
