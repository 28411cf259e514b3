/** A group is made, changed, and written to. */
import { chatOf, same } from '../stage.js';
import type { Step } from './step.js';

export const GROUPS: readonly Step[] = [
  {
    name: 'make a group',
    capability: 'group.create',
    async run(stage) {
      const name = stage.text('A group');
      const people = [chatOf(stage.ana), chatOf(stage.ben)];
      const { group } = await stage.client.groups.create(name, people);
      same('its name', group.name, name);
      same('its members', stage.server.groups.at(-1)?.members.size, 3);
    },
  },
  {
    name: 'change a group',
    capability: 'group.admin',
    needs: ['make a group'],
    async run({ client, server, ana }) {
      const made = server.groups.at(-1);
      if (made === undefined) throw new Error('there is no group');
      const id = `${made.id}@g.us` as const;
      const description = 'what it is for';
      await client.groups.update(id, { name: 'Another name' });
      same('its name', made.subject, 'Another name');
      await client.groups.update(id, { description });
      same('its description', made.description?.body, description);
      const { results } = await client.groups.participants(id, 'promote', [chatOf(ana)]);
      same('the role of the promoted', made.members.get(ana.number), 'admin');
      same('"done"', results[0]?.done, true);
    },
  },
  {
    name: 'send to a group',
    capability: 'send.text',
    needs: ['make a group', 'send text'],
    async run(stage) {
      const made = stage.server.groups.at(-1);
      if (made === undefined) throw new Error('there is no group');
      const text = stage.text('hello all');
      same('its text', (await stage.send({ kind: 'text', text }, `${made.id}@g.us`)).body, text);
    },
  },
];
