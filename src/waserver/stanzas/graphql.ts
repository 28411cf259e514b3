/**
 * xmlns `w:mex`: GraphQL. A client sends the id of a stored query and its variables. One row for each query that is answered,
 * with the page's module that reads the answer; others get GraphQL's form of an error (WAWebMexRelayEnvironment).
 */
import { type Node, node, text } from '../wire/nodes.js';
import { addressingOf, nameOf } from '../world/addressing.js';
import { jidOf, LIDS, NUMBERS } from '../world/jid.js';
import { CHANNEL_QUERIES } from './graphql-channels.js';
import { groupInfo, subGroupInfo } from './graphql-group.js';
import {
  FORBIDDEN,
  GraphqlError,
  listIn,
  NOT_FOUND,
  type Queries,
  type Variables,
  wordIn,
} from './graphql-query.js';
import type { Asker, Handlers } from './request.js';

/** A group of the account. */
function ownGroup({ world, account }: Asker, id: string) {
  const group = world.groups.get(id);
  if (group === undefined) return NOT_FOUND;
  return group.members.has(account.number) ? group : FORBIDDEN;
}

const QUERIES: Queries = {
  ...CHANNEL_QUERIES,

  /** WAWebMexFetchReachoutTimelockJob */
  '23983697327930364': ({ account }) => ({ xwa2_fetch_account_reachout_timelock: account.limits.timeLock }),

  /** WAWebMexFetchNewChatMessageCappingInfoJob */
  '24503548349331633': ({ account }) => ({ xwa2_message_capping_info: account.limits.cap }),

  /** WAWebMexFetchGroupInfoJob */
  '26570027442651356': (asker, variables) => {
    const group = ownGroup(asker, wordIn(variables, 'id'));
    return group instanceof GraphqlError ? group : { xwa2_group_query_by_id: groupInfo(asker.world, group) };
  },

  /** WAWebMexFetchAllSubgroupsJob */
  '9935467776504344': (asker, variables) => {
    const group = ownGroup(asker, wordIn(variables, 'group_id'));
    return group instanceof GraphqlError
      ? group
      : { xwa2_group_query_by_id: subGroupInfo(asker.world, group) };
  },

  /** WAWebMexFetchGroupInviteCodeJob */
  '29247029834912157': (asker, variables) => {
    const group = ownGroup(asker, wordIn(variables, 'id'));
    if (group instanceof GraphqlError) return group;
    if (group.members.get(asker.account.number) === 'member') return FORBIDDEN;
    return { xwa2_group_query_by_id: { id: group.jid, invite_code: group.inviteCode } };
  },

  /** WAWebMexFetchAboutStatusJob. The user is named by the digits of its number or its LID. */
  '24535500086059408': ({ world }, variables) => {
    const id = wordIn(variables.user, 'user_id');
    const person = world.registered(jidOf(id, NUMBERS)) ?? world.registered(jidOf(id, LIDS));
    if (person === undefined) return NOT_FOUND;
    const { about } = person.profile;
    return about === null
      ? new GraphqlError(401, 'not authorized')
      : { xwa2_users_updates_since: [{ updates: [{ text: about }] }] };
  },

  /** WAWebMexFetchTextStatusListJob. Nobody here has a text status, which is another thing than the about text. */
  '24072923595647473': (_asker, variables) => ({
    xwa2_text_status_list: listIn(variables, 'input').map((one) => ({
      jid: wordIn(one, 'jid'),
      text: null,
      emoji: null,
      ephemeral_duration_sec: null,
      last_update_time: '0',
    })),
  }),

  /** WAWebMexGetUsernameJob: none is set */
  '25347099718279209': () => ({ xwa2_username_get: { username_info: null } }),

  /** WAWebMexFetchIntegritySignals */
  '26438847999065394': ({ world }, variables) => {
    const users = listIn(variables.input, 'query_input');
    return {
      xwa2_fetch_wa_users: users.flatMap((one) => {
        const jid = wordIn(one, 'jid');
        const person = world.registered(jid);
        if (person === undefined) return [];
        return [
          {
            __typename: 'XWA2User',
            id: nameOf(person, addressingOf(jid)),
            integrity_signals_info: { is_suspicious_start_chat: false, is_new_account: false },
          },
        ];
      }),
    };
  },
};

const answer = (body: object): Node[] => [node('result', {}, Buffer.from(JSON.stringify(body)))];

function failure({ code, message }: GraphqlError): Node[] {
  const extensions = { error_code: code, severity: 'CRITICAL', is_retryable: false };
  return answer({ data: null, errors: [{ message, extensions }] });
}

export const GRAPHQL: Handlers = {
  'w:mex get query': (asker, part) => {
    const query = QUERIES[part.attrs.query_id ?? ''];
    if (query === undefined) return failure(NOT_FOUND);
    const { variables = {} } = JSON.parse(text(part)) as { variables?: Variables };
    const data = query(asker, variables);
    return data instanceof GraphqlError ? failure(data) : answer({ data });
  },
};
