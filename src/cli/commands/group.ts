// `wactl group`: shows, creates and changes a group.
import { Fault } from '../../protocol/fault.js';
import type { Group, ParticipantOutcome } from '../../protocol/methods/group.js';
import { type Context, command } from '../command.js';
import { LISTING } from '../listing.js';
import { printable } from '../output.js';
import { renderGroup, renderOutcomes } from '../render/group.js';
import { JOINING } from './group-joining.js';

const PEOPLE = ['add', 'remove', 'promote', 'demote'] as const;
type PeopleAction = (typeof PEOPLE)[number];
const SETTINGS: Readonly<Record<string, Record<string, boolean>>> = {
  'admins-send': { onlyAdminsSend: true },
  'all-send': { onlyAdminsSend: false },
  'admins-edit': { onlyAdminsEdit: true },
  'all-edit': { onlyAdminsEdit: false },
  'admins-add': { onlyAdminsAdd: true },
  'all-add': { onlyAdminsAdd: false },
  'approve-joins': { approveJoins: true },
  'open-joins': { approveJoins: false },
};
const ACTIONS = [
  'show',
  'create',
  ...PEOPLE,
  'rename',
  'describe',
  'tag',
  ...Object.keys(SETTINGS),
  'invite',
  ...Object.keys(JOINING),
  'leave',
];
const WRITES = { writes: true } as const;
const SOME_FAILED = 1;

const refuse = (reason: string): never => {
  throw new Fault('usage', { reason: `group ${reason}`, hint: 'wactl group --help' });
};

/** The single text after GROUP. */
function textOf(action: string, rest: readonly string[]): string {
  const [text, ...more] = rest;
  if (text === undefined) return refuse(`${action}: the text is missing`);
  return more.length > 0 ? refuse(`${action}: quote a text that contains spaces`) : text;
}

/** Prints the result. Returns exit status 1 when it failed for some participants; the answer has the reasons. */
function report(
  { show, warn, output }: Pick<Context, 'show' | 'warn' | 'output'>,
  answer: { readonly group: Group; readonly results: readonly ParticipantOutcome[] },
): number {
  const failed = answer.results.filter(({ done }) => !done);
  show(answer, () => renderGroup(answer.group));
  if (output === 'text' && failed.length > 0) warn(`it failed for:\n${renderOutcomes(failed).trimEnd()}`);
  return failed.length > 0 ? SOME_FAILED : 0;
}

export const group = command({
  name: 'group',
  group: 'Chats and people',
  does: 'show, create or change a group; its people and invitation; leave it',
  verbs: [
    ['create NAME PERSON...', 'create a group'],
    ['show GROUP', 'people and settings'],
    ['add|remove GROUP PERSON...', 'add or remove people'],
    ['promote|demote GROUP PERSON...', 'make people admins, or no longer'],
    ['rename GROUP NAME', 'change the name'],
    ['describe GROUP TEXT', 'change the description'],
    ['tag GROUP TEXT', 'choose your own tag in the group; "" removes it'],
    ['admins-send|all-send GROUP', 'who may write'],
    ['admins-edit|all-edit GROUP', 'who may change name and description'],
    ['admins-add|all-add GROUP', 'who may add people'],
    ['approve-joins|open-joins GROUP', 'whether an admin approves those who join'],
    ['picture GROUP FILE', 'set the picture; --remove removes it'],
    ['invite GROUP [--reset]', 'the link for joining'],
    ['preview LINK', 'the group behind a link, without joining'],
    ['join LINK', 'join it, or ask to be let in'],
    ['requests GROUP', 'who waits to be let in'],
    ['approve|refuse GROUP [PERSON...]', 'answer them; all without a person'],
    ['leave GROUP', 'leave it'],
  ],
  notes:
    'If it fails for some of the people, the exit status is 1, and the answer names them with the reasons.',
  args: [
    { name: 'ACTION', required: true, does: 'one of the above', choices: ACTIONS },
    {
      name: 'GROUP',
      required: true,
      does: 'id of the group (...@g.us); for create its name, for join its link',
    },
    { name: 'MORE', required: false, does: 'people, a name, a text or a file', rest: true },
  ],
  options: {
    reset: { type: 'flag', does: 'with invite: make a new link and revoke the old one' },
    remove: { type: 'flag', does: 'with picture: remove it' },
    limit: { ...LISTING.limit, does: 'with requests: the most entries (default: 100; 1000 at most)' },
    offset: { ...LISTING.offset, does: 'with requests: skip the first N' },
  },
  examples: [
    ["wactl group create 'Team' '+55 11 90000-0002' 15550002222", 'a group of three'],
    ['wactl group promote 120363000000000000@g.us 15550002222', 'make an admin'],
    ['wactl group invite 120363000000000000@g.us', 'the link'],
    ['wactl group join https://chat.whatsapp.com/AbCdEfGhIjKlMnOpQrStUv', 'join by a link'],
    ['wactl group approve 120363000000000000@g.us', 'let everybody in who waits'],
  ],
  async run(context) {
    const { ask, show, options } = context;
    const [action = '', id = '', ...rest] = context.args;
    if (options.reset && action !== 'invite') refuse(`${action}: --reset goes with invite`);
    if (options.remove && action !== 'picture') refuse(`${action}: --remove goes with picture`);
    if ((options.limit !== undefined || options.offset !== undefined) && action !== 'requests')
      refuse(`${action}: --limit and --offset go with requests`);
    const joining = JOINING[action];
    if (joining) return joining(context, id, rest, options);
    const showGroup = (answer: Group): number => {
      show(answer, () => renderGroup(answer));
      return 0;
    };
    const update = async (changes: Record<string, unknown>): Promise<number> =>
      showGroup(await ask('group.update', { group: id, ...changes }, WRITES));
    if (action === 'create' || PEOPLE.includes(action as PeopleAction)) {
      if (rest.length === 0) refuse(`${action}: name at least one person`);
      const asked =
        action === 'create'
          ? ask('group.create', { name: id, participants: rest }, WRITES)
          : ask(
              'group.participants',
              { group: id, action: action as PeopleAction, participants: rest },
              WRITES,
            );
      return report(context, await asked);
    }
    if (action === 'rename') return update({ name: textOf(action, rest) });
    if (action === 'tag') {
      const tagged = await ask('group.tag', { group: id, tag: textOf(action, rest) }, WRITES);
      show(tagged, () => (tagged.tag === null ? 'the tag is removed\n' : `${printable(tagged.tag)}\n`));
      return 0;
    }
    if (action === 'describe') return update({ description: textOf(action, rest) });
    if (rest.length > 0) refuse(`${action} takes no more than GROUP`);
    if (SETTINGS[action]) return update(SETTINGS[action]);
    if (action === 'show') return showGroup(await ask('group.get', { group: id }));
    if (action === 'invite') {
      const answer = await ask('group.invite', { group: id, reset: options.reset === true }, WRITES);
      show(answer, () => `${answer.link}\n`);
      return 0;
    }
    const answer = await ask('group.leave', { group: id }, WRITES);
    show(answer, () => (answer.left ? 'left\n' : 'not in the group any more\n'));
    return 0;
  },
});
