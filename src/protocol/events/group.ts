// Changes of groups.
import { z } from 'zod';
import { event } from '../event.js';
import { instant, named, record } from '../schema.js';

const ANA = { id: '15550002222@c.us', phone: '15550002222', lid: null, name: 'Ana', pushname: 'ana' };
const BEN = { id: '15550003333@c.us', phone: '15550003333', lid: null, name: null, pushname: 'Ben' };
const TEAM = { id: '120363000000000000@g.us', phone: null, lid: null, name: 'Team', pushname: null };

export const groupEvents = {
  group: event({
    type: 'group',
    does: 'A group was changed: its members, admins, name, description, picture or settings.',
    data: () =>
      record({
        id: z.string().describe("WhatsApp's id of the notice."),
        chatId: z.string().describe('The id of the group.'),
        change: z
          .string()
          .describe(
            'What was changed, in the words of WhatsApp: `add`, `invite`, `remove`, `leave`, `promote`, `demote`, `subject`, `description`, `picture`, `announce`, `restrict`, `membership_approval_request` (the author asks to be let in; `group.requests` lists who waits), `created_membership_requests` (the author wants to add the participants) and others.',
          ),
        author: z.string().nullable().describe('The id of the member who did it. Null when unknown.'),
        participants: z.array(z.string()).describe('The ids of the members that the change is about.'),
        body: z.string().nullable().describe('The new value, such as the new name. Null when there is none.'),
        timestamp: instant().describe('When it was done.'),
        ...named(),
      }),
    example: {
      id: '3EB0A1B2C3D4E5F60718',
      chatId: TEAM.id,
      change: 'add',
      author: ANA.id,
      participants: [BEN.id],
      body: null,
      timestamp: '2026-01-01T00:00:00.000Z',
      chat: TEAM,
      sender: ANA,
      people: [BEN],
    },
  }),
  'group.tag': event({
    type: 'group.tag',
    does: 'A member of a group, or this account, chose another tag in the group, or removed it.',
    data: () =>
      record({
        chatId: z.string().describe('The id of the group.'),
        author: z.string().describe('The id of the member.'),
        tag: z.string().nullable().describe('The tag that the member has now. Null: none.'),
        timestamp: instant().describe('When it was chosen.'),
        ...named(),
      }),
    example: {
      chatId: TEAM.id,
      author: ANA.id,
      tag: 'Coach',
      timestamp: '2026-01-01T00:00:00.000Z',
      chat: TEAM,
      sender: ANA,
      people: [],
    },
  }),
};
