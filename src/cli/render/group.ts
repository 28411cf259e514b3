// Prints groups, and the outcome of a change for each participant.
import type { Group, GroupBrief, ParticipantOutcome } from '../../protocol/methods/group.js';
import { bold, printable } from '../output.js';
import { who } from './chat.js';
import { Names } from './name.js';
import { chat as address } from './phone.js';
import { table } from './table.js';
import { when } from './time.js';

export const renderGroups = (groups: readonly GroupBrief[]): string =>
  table(
    ['NAME', 'GROUP', 'PEOPLE', 'STATE'],
    groups.map(({ name, id, size, admin, member }) => [
      printable(name),
      id,
      String(size),
      admin ? 'admin' : member ? '' : 'left',
    ]),
  );

export function renderGroup(group: Group): string {
  const { full } = new Names(group.participants);
  const settings = [
    group.onlyAdminsSend && 'only admins send',
    group.onlyAdminsEdit && 'only admins edit',
    !group.member && 'left',
  ].filter(Boolean);
  const head = [
    `${bold(printable(group.name))}  ${group.id}`,
    ...(group.description ? [`  ${printable(group.description)}`] : []),
    `  made ${when(group.createdAt)}${group.owner ? ` by ${printable(full(group.owner))}` : ''}` +
      (settings.length > 0 ? `; ${settings.join(', ')}` : ''),
  ];
  const people = table(
    ['NAME', 'PERSON', 'ROLE'],
    group.participants.map((one) => [
      printable(one.name),
      who(one),
      one.owner ? 'owner' : one.admin ? 'admin' : '',
    ]),
  );
  return `${head.join('\n')}\n${people}`;
}

/** The outcome for each participant, one a line. */
export const renderOutcomes = (outcomes: readonly ParticipantOutcome[]): string =>
  outcomes
    .map(
      ({ participant, done, reason }) =>
        `${address(participant)}: ${done ? 'done' : printable(reason ?? '')}\n`,
    )
    .join('');
