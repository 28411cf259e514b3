// Events about the account itself: its state, restrictions, alerts and QR codes.
import { z } from 'zod';
import { event } from '../event.js';
import { instant, reason, record, stateName } from '../schema.js';
import { REASONS, RESTRICTION_KINDS } from '../state.js';

const restrictionKind = () => z.enum(RESTRICTION_KINDS).nullable();

export const sessionEvents = {
  state: event({
    type: 'state',
    does: 'The account changed its state, or the reason for it. Also reported when WhatsApp Web loses or regains a capability; then `capabilities` is present.',
    data: () =>
      record({
        status: stateName().describe('The state now.'),
        reason: reason().describe('Why; `none` when there is nothing to explain.'),
        from: stateName().describe('The state before.'),
        hint: z.string().nullable().describe('The command that helps. Null when the daemon needs no help.'),
        capabilities: z
          .record(z.string(), z.string())
          .optional()
          .describe('The capabilities that changed, each with its status now. Absent in a change of state.'),
      }),
    example: { status: 'reconnecting', reason: 'network_down', from: 'ready', hint: null },
  }),
  restriction: event({
    type: 'restriction',
    does: 'WhatsApp restricted the account, changed a restriction, or lifted it.',
    data: () =>
      record({
        kind: restrictionKind().describe('The restriction now. Null when there is none any more.'),
        until: instant().nullable().describe('When it ends. Null when that is not known.'),
        used: z.int().nullable().describe('New chats used of the quota. Null when there is no quota.'),
        total: z.int().nullable().describe('New chats that the quota allows. Null when there is no quota.'),
        before: restrictionKind().describe('The restriction before. Null when there was none.'),
      }),
    example: {
      kind: 'time_lock',
      until: '2026-01-02T00:00:00.000Z',
      used: null,
      total: null,
      before: null,
    },
  }),
  alert: event({
    type: 'alert',
    does: 'Something happened that a person should know of. One event for each incident.',
    data: () =>
      record({
        reason: z
          .enum([...REASONS, 'restricted', 'store_replaced'])
          .describe(
            'A reason of a state, or `restricted` (see the event `restriction`), or `store_replaced` (the database was damaged and replaced).',
          ),
        says: z.string().describe('What happened, in English.'),
        hint: z.string().describe('The command that helps.'),
      }),
    example: { reason: 'disk_full', says: 'Only 120 MB are free.', hint: 'df -h' },
  }),
  qr: event({
    type: 'qr',
    does: 'A new QR code is shown. The event has no code: `session.qr` returns it, for as long as it is valid.',
    data: () =>
      record({
        number: z.int().describe('Counts the codes of this attempt to link, from 1.'),
        expiresAt: instant().describe('When WhatsApp replaces the code.'),
      }),
    example: { number: 1, expiresAt: '2026-01-01T00:01:00.000Z' },
  }),
};
