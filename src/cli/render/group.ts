// Prints groups, and the outcome of a change for each participant.
import type { Group, GroupBrief, ParticipantOutcome } from '../../protocol/methods/group.js';
import type { InvitedGroup, JoinRequest } from '../../protocol/methods/group-join.js';
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
    group.onlyAdminsAdd && 'only admins add',
    group.approveJoins && 'admins approve who joins',
    group.isAnnouncement && 'announcements',
    group.community && `in the community ${group.community}`,
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
      [one.owner ? 'owner' : one.admin ? 'admin' : '', one.tag === null ? '' : printable(one.tag)]
        .filter(Boolean)
        .join(', '),
    ]),
  );
  return `${head.join('\n')}\n${people}`;
}

/** The group behind an invitation. */
export function renderInvited(group: InvitedGroup): string {
  const facts = [
    `${group.size} people`,
    group.createdAt && `made ${when(group.createdAt)}`,
    group.approveJoins && 'an admin approves who joins',
    group.onlyAdminsSend && 'only admins send',
    group.member && 'joined already',
  ].filter(Boolean);
  return [
    `${bold(printable(group.name))}  ${group.id}`,
    ...(group.description ? [`  ${printable(group.description)}`] : []),
    `  ${facts.join('; ')}\n`,
  ].join('\n');
}

const WAYS = { link: 'by the link', community: 'from the community', member: 'added by' } as const;

export const renderRequests = (requests: readonly JoinRequest[]): string =>
  table(
    ['NAME', 'PERSON', 'SINCE', 'HOW'],
    requests.map((one) => [
      printable(one.name),
      who(one),
      one.requestedAt ? when(one.requestedAt) : '',
      [one.way && WAYS[one.way], one.addedBy && address(one.addedBy)].filter(Boolean).join(' '),
    ]),
  );

/** The outcome for each participant, one a line. */
export const renderOutcomes = (outcomes: readonly ParticipantOutcome[]): string =>
  outcomes
    .map(
      ({ participant, done, reason }) =>
        `${address(participant)}: ${done ? 'done' : printable(reason ?? '')}\n`,
    )
    .join('');
