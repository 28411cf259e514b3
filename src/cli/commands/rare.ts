// Every command, in the order of the help. Commands that are not in index.ts need more than a call and a print.
import type { Command } from '../command.js';
import { account } from './account.js';
import { adopt } from './adopt.js';
import { attend, attendance } from './attend.js';
import { bugreport } from './bugreport.js';
import { canary } from './canary.js';
import { channel } from './channel.js';
import { chat } from './chat.js';
import { chats } from './chats.js';
import { community } from './community.js';
import { completion } from './completion.js';
import { contact } from './contact.js';
import { contacts } from './contacts.js';
import { deleteMessage } from './delete.js';
import { doctor } from './doctor.js';
import { edit } from './edit.js';
import { exportChats } from './export.js';
import { fleet } from './fleet.js';
import { forward } from './forward.js';
import { gateway } from './gateway.js';
import { group } from './group.js';
import { groups } from './groups.js';
import { history } from './history.js';
import { identities } from './identities.js';
import { SIMPLE } from './index.js';
import { info } from './info.js';
import { keep } from './keep.js';
import { label } from './label.js';
import { logs } from './logs.js';
import { mcp } from './mcp.js';
import { media } from './media.js';
import { messages } from './messages.js';
import { outbox } from './outbox.js';
import { passkey } from './passkey.js';
import { pin } from './pin.js';
import { poll } from './poll.js';
import { presence } from './presence.js';
import { profile } from './profile.js';
import { purge } from './purge.js';
import { qr } from './qr.js';
import { react } from './react.js';
import { reject } from './reject.js';
import { search } from './search.js';
import { session } from './session.js';
import { star } from './star.js';
import { statuses } from './statuses.js';
import { token } from './token.js';
import { transcribe } from './transcribe.js';
import { version } from './version.js';
import { vote } from './vote.js';
import { webhook } from './webhook.js';

export const COMMANDS: readonly Command[] = [
  ...SIMPLE,
  account,
  outbox,
  webhook,
  qr,
  passkey,
  session,
  adopt,
  messages,
  search,
  exportChats,
  purge,
  history,
  media,
  transcribe,
  react,
  edit,
  deleteMessage,
  forward,
  star,
  vote,
  poll,
  attend,
  attendance,
  pin,
  keep,
  info,
  reject,
  chats,
  chat,
  contacts,
  contact,
  identities,
  groups,
  group,
  label,
  profile,
  presence,
  community,
  channel,
  statuses,
  doctor,
  canary,
  bugreport,
  logs,
  gateway,
  token,
  fleet,
  mcp,
  completion,
  version,
];
