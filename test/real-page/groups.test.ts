/** Groups on WhatsApp Web's own page. */
import t from 'tap';
import { lacksModules, linked } from './world.js';

t.setTimeout(600_000);

t.test('a group is made, written in, changed and left', { skip: lacksModules }, async (t) => {
  await using all = await linked(t);
  const { world, wad } = all;
  const { server, ana, ben } = world;
  const run = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await wad.wactl(args, { timeoutMs: 120_000 });
    t.equal(code, 0, `${args.join(' ')} ${stderr}`);
    return stdout;
  };
  const made = JSON.parse(await run('group', 'create', 'The team', ana.number, '-o', 'json')) as {
    group: { id: string };
  };
  const { id } = made.group;
  const group = server.groups.find(({ jid }) => jid === id);
  if (group === undefined) return t.fail('the server has no such group');
  t.equal(group.subject, 'The team');
  await run('group', 'add', id, ben.number);
  t.same([...group.members.keys()].sort(), [world.phone.number, ana.number, ben.number].sort());

  await run('send', id, 'hello, all');
  for (const member of [ana, ben])
    t.match(await member.waitForMessage(({ body }) => body === 'hello, all'), {
      ...{ group: id, encryption: 'skmsg' },
    });
  ana.send('hello from Ana', { group });
  t.match((await wad.event('message', ({ body }) => body === 'hello from Ana')).data, { chatId: id });

  await run('group', 'rename', id, 'Another team');
  t.equal(group.subject, 'Another team');
  await run('group', 'describe', id, 'what we do');
  t.equal(group.description?.body, 'what we do');
  await run('group', 'promote', id, ana.number);
  t.equal(group.members.get(ana.number), 'admin');
  await run('group', 'demote', id, ana.number);
  await run('group', 'admins-send', id);
  t.equal(group.announcement, true);
  await run('group', 'all-send', id);
  await run('group', 'remove', id, ben.number);
  t.notOk(group.members.has(ben.number));
  await run('send', id, 'without Ben');
  await ana.waitForMessage(({ body }) => body === 'without Ben');
  t.match(await run('groups'), /Another team/);
  await run('group', 'leave', id);
  t.notOk(group.members.has(world.phone.number));
  t.same(ben.received.filter(({ body }) => body === 'without Ben').length, 0);
  t.same(server.problems, []);
  await wad.stop();
});
