// `wactl community`: communities and their groups.
import { Fault } from '../../protocol/fault.js';
import { command } from '../command.js';
import { isAgreed } from '../confirm.js';
import { showList } from '../listing.js';
import { renderCommunities, renderCommunity, renderGroupOutcomes } from '../render/community.js';

const WRITES = { writes: true } as const;
const SOME_FAILED = 1;
const ACTIONS = ['list', 'show', 'create', 'link', 'unlink', 'deactivate'] as const;

const usage = (reason: string): Fault =>
  new Fault('usage', { reason: `community ${reason}`, hint: 'wactl community --help' });
const refuse = (reason: string): never => {
  throw usage(reason);
};

export const community = command({
  name: 'community',
  group: 'Chats and people',
  does: 'list, show, create or end a community; change its groups',
  verbs: [
    ['list', 'the communities, by name'],
    ['show COMMUNITY', 'its groups'],
    ['create NAME [DESCRIPTION]', 'create a community'],
    ['link|unlink COMMUNITY GROUP...', 'put groups into it, or take them out'],
    ['deactivate COMMUNITY', 'end it; its groups stay'],
  ],
  notes:
    'If it fails for some of the groups, the exit status is 1, and the answer names them with the reasons.\n' +
    'On a terminal `deactivate` asks first; elsewhere it needs --yes.',
  args: [
    { name: 'ACTION', required: true, does: 'one of the above', choices: ACTIONS },
    {
      name: 'COMMUNITY',
      required: false,
      does: 'id of the community (...@g.us); for create its name',
    },
    { name: 'MORE', required: false, does: 'groups, or a description', rest: true },
  ],
  options: { yes: { type: 'flag', does: 'with deactivate: do not ask' } },
  examples: [
    ["wactl community create 'Our street'", 'create one'],
    ['wactl community link 120363000000000001@g.us 120363000000000000@g.us', 'put a group into it'],
  ],
  async run({ ask, show, note, warn, output, args, options }) {
    const [action = '', id, ...rest] = args;
    if (options.yes && action !== 'deactivate') refuse('--yes goes with deactivate');
    if (action === 'list') {
      if (id !== undefined) refuse('list takes no argument');
      const answer = await ask('community.list', {});
      showList({ show, note, output }, answer, renderCommunities(answer.communities), 'no communities');
      return 0;
    }
    if (id === undefined) return refuse(`${action}: the argument is missing`);
    if (action === 'create') {
      const [description, ...more] = rest;
      if (more.length > 0) refuse('create: quote a text that contains spaces');
      const asked = { name: id, ...(description !== undefined && { description }) };
      const answer = await ask('community.create', asked, WRITES);
      show(answer, () => `${answer.community}\n`);
      return 0;
    }
    if (action === 'link' || action === 'unlink') {
      if (rest.length === 0) refuse(`${action}: name at least one group`);
      const answer = await ask('community.groups', { community: id, action, groups: [...rest] }, WRITES);
      const failed = answer.results.filter(({ done }) => !done);
      show(answer, () => renderGroupOutcomes(answer.results));
      if (output === 'text' && failed.length > 0) warn('it failed for some of the groups');
      return failed.length > 0 ? SOME_FAILED : 0;
    }
    if (rest.length > 0) refuse(`${action} takes no more than COMMUNITY`);
    if (action === 'show') {
      const answer = await ask('community.get', { community: id });
      show(answer, () => renderCommunity(answer));
      return 0;
    }
    const isWanted = await isAgreed({
      yes: options.yes === true,
      refuse: (reason) => usage(`deactivate: ${reason}`),
      question: async () =>
        `${renderCommunity(await ask('community.get', { community: id }))}End it? Its groups stay.`,
    });
    if (!isWanted) {
      warn('it was not ended');
      return 1;
    }
    const answer = await ask('community.deactivate', { community: id }, WRITES);
    show(answer, () => 'deactivated\n');
    return 0;
  },
});
