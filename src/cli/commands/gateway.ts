// `wactl gateway`: the state of the gateway of this machine.
import { command } from '../command.js';
import { askGateway } from '../gateway.js';
import { renderGateway } from '../render/gateway.js';

export const gateway = command({
  name: 'gateway',
  group: 'Gateway',
  does: 'show the gateway of this machine: address, accounts, connections',
  notes:
    'The gateway serves every account of the machine at one address over HTTP, to programs with a token (`wactl token`).\n' +
    '--socket names its control socket (default: $WAD_GATEWAY_SOCKET, else the one of the system, else of this user).',
  args: [],
  options: {},
  examples: [
    ['wactl gateway', 'where it listens, and which accounts it has found'],
    ['wactl -o json gateway', 'the same for a program'],
  ],
  async run(context) {
    const info = await askGateway(context, 'gateway.info', {});
    context.show(info, () => renderGateway(info, Date.now()));
    return 0;
  },
});
