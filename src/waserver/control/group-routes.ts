/** Routes of groups. People are named by number, wid or LID. */
import type { WaServer } from '../wa-server.js';
import type { Group } from '../world/group.js';
import type { GroupChange } from '../world/group-change.js';
import { type Args, flag, groupOf, numberOf, optionalWord, word, words } from './arguments.js';
import type { Routes } from './route.js';
import { showGroup } from './views.js';

const CHANGES: Readonly<Record<string, (server: WaServer, args: Args) => GroupChange>> = {
  ...Object.fromEntries(
    (['add', 'remove', 'promote', 'demote'] as const).map((what) => [
      what,
      (server: WaServer, args: Args): GroupChange => ({
        what,
        participants: words(args, 'participants').map((one) => numberOf(server, one)),
      }),
    ]),
  ),
  leave: () => ({ what: 'leave' }),
  subject: (_server, args) => ({ what: 'subject', value: word(args, 'value') }),
  description: (_server, args) => ({ what: 'description', value: word(args, 'value') }),
  announce: (_server, args) => ({ what: 'announce', value: flag(args, 'value') === true }),
  restrict: (_server, args) => ({ what: 'restrict', value: flag(args, 'value') === true }),
};

/** With `isCommunity`; other members come with its groups. */
function newCommunity(server: WaServer, args: Args): Group {
  const [first = ''] = words(args, 'participants');
  const creator = numberOf(server, optionalWord(args, 'owner') ?? first);
  return server.createCommunity({ subject: word(args, 'subject'), creator });
}

export const GROUP_ROUTES: Routes = {
  /** subject, isCommunity, participants (the first one is the owner unless `owner` is given), announce, restrict */
  'POST /groups': (server, args) => {
    const [isCommunity, announce, restrict] = ['isCommunity', 'announce', 'restrict'].map((name) =>
      flag(args, name),
    );
    if (isCommunity === true) return showGroup(newCommunity(server, args));
    const people = words(args, 'participants').map((one) => numberOf(server, one));
    const creator = numberOf(server, optionalWord(args, 'owner') ?? people[0] ?? '');
    const members = people.filter((one) => one !== creator);
    const group = server.createGroup({ subject: word(args, 'subject'), creator, members });
    group.announcement = announce === true;
    group.locked = restrict === true;
    return showGroup(group);
  },
  /** a change by one of the members, `by` */
  'POST /groups/:group/:what': (server, args) => {
    const group = groupOf(server, args);
    const what = word(args, 'what');
    const read = Object.hasOwn(CHANGES, what) ? CHANGES[what] : undefined;
    if (read === undefined) throw new RangeError(`a group cannot change "${what}"`);
    server.changeGroup(group, numberOf(server, word(args, 'by')), read(server, args));
    return showGroup(group);
  },
};
