// The methods of the gateway's control socket that describe the gateway itself.
import { z } from 'zod';
import { method } from '../method.js';
import { instant, record } from '../schema.js';

export const infoMethods = {
  'gateway.info': method({
    name: 'gateway.info',
    does: 'Who is answering: version, process, address, accounts, connections.',
    effect: 'reads',
    scope: 'admin',
    since: '0.2.0',
    params: () => record({}),
    result: () =>
      record({
        version: z.string().describe('The version of the gateway.'),
        pid: z.int().describe('The process id of the gateway.'),
        startedAt: instant().describe('When it started.'),
        listen: z.string().describe('The URL at which HTTP is served.'),
        socket: z.string().describe('The path of its control socket.'),
        stateDir: z.string().describe('The path of its state directory.'),
        accounts: z
          .array(
            record({
              account: z.string().describe('The name of the account.'),
              running: z.boolean().describe('True when its daemon is connected.'),
            }),
          )
          .describe('The accounts that it has found on this machine.'),
        connections: z.int().describe('Open connections over HTTP.'),
        tokens: z.int().describe('How many tokens there are.'),
        memoryBytes: z.int().describe('Resident memory of the gateway, in bytes.'),
      }),
    faults: [],
    example: {
      params: {},
      result: {
        version: '0.2.0',
        pid: 4300,
        startedAt: '2026-01-01T00:00:00.000Z',
        listen: 'http://127.0.0.1:3080',
        socket: '/run/wad-gateway/control.sock',
        stateDir: '/var/lib/wad-gateway',
        accounts: [
          { account: 'shop', running: true },
          { account: 'support', running: false },
        ],
        connections: 3,
        tokens: 2,
        memoryBytes: 70_000_000,
      },
    },
  }),
};
