import { z } from 'zod';
import { method } from '../method.js';
import { instant, record } from '../schema.js';

export const fleetMethods = {
  'fleet.handOver': method({
    name: 'fleet.handOver',
    does: 'Gives the account to another machine of the fleet, with its profile and its link. This daemon then stands by.',
    effect: 'writes',
    scope: 'admin',
    since: '0.2.0',
    params: () =>
      record({
        to: z
          .string()
          .regex(/^[A-Za-z0-9_-]{1,64}$/)
          .optional()
          .describe(
            'The machine that may take it; any machine when left out. Where machines have agents, it must be one of them.',
          ),
      }),
    result: () =>
      record({
        success: z.literal(true).describe('Always true: it has begun.'),
        message: z.string().describe('What happens now.'),
        timestamp: instant().describe('When this was answered.'),
      }),
    faults: ['no_fleet', 'no_such_machine', 'fleet_unreachable', 'fleet_refused'],
    example: {
      params: { to: 'm2' },
      result: {
        success: true,
        message: 'The account goes to m2.',
        timestamp: '2026-01-01T00:00:00.000Z',
      },
    },
  }),
};
