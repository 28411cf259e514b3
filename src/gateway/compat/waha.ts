// The table of WAHA's routes: documents 2024.9 and 2026.1 (of the n8n node's versions 202409 and 202602), with the engine WEBJS.
import { type Row, refuse } from './row.js';
import { WAHA_CHATS } from './waha-chats.js';
import { WAHA_GROUPS } from './waha-groups.js';
import { WAHA_SENDING } from './waha-sending.js';
import { WAHA_SESSIONS } from './waha-sessions.js';

const REFUSED: readonly Row[] = [
  ...refuse(
    'An account is made on its machine: `wactl account add NAME`. Its webhooks and settings are in its configuration.',
    'POST /api/sessions',
    'PUT /api/sessions/{session}',
  ),
  ...refuse(
    'An account is removed on its machine: `wactl account remove NAME`.',
    'DELETE /api/sessions/{session}',
  ),
  ...refuse(
    'WhatsApp Web asks for no such code.',
    'POST /api/{session}/auth/authorize-code',
    'GET /api/{session}/auth/captcha',
    'POST /api/{session}/auth/captcha',
  ),
  ...refuse('No method returns a picture of the page.', 'GET /api/screenshot'),
  ...refuse(
    'Tokens are made on the machine: `wactl token create`.',
    'POST /api/keys since 2026.1',
    'GET /api/keys since 2026.1',
    'PUT /api/keys/{id} since 2026.1',
    'DELETE /api/keys/{id} since 2026.1',
  ),
  ...refuse(
    'There are no apps here.',
    'GET /api/apps since 2026.1',
    'POST /api/apps since 2026.1',
    'GET /api/apps/chatwoot/locales since 2026.1',
    'GET /api/apps/{id} since 2026.1',
    'PUT /api/apps/{id} since 2026.1',
    'DELETE /api/apps/{id} since 2026.1',
  ),
  ...refuse(
    'The profile of the account is changed on the phone.',
    'PUT /api/{session}/profile/name since 2026.1',
    'PUT /api/{session}/profile/status since 2026.1',
    'PUT /api/{session}/profile/picture since 2026.1',
    'DELETE /api/{session}/profile/picture since 2026.1',
  ),
  ...refuse(
    'WhatsApp Web sends no buttons and no lists.',
    'POST /api/sendButtons since 2026.1',
    'POST /api/sendList since 2026.1',
    'POST /api/send/buttons/reply since 2026.1',
  ),
  ...refuse(
    'A preview is always made by WhatsApp Web: `sendText` with `linkPreview: true`.',
    'POST /api/send/link-custom-preview since 2026.1',
  ),
  ...refuse(
    'No method does this yet.',
    'POST /api/sendPollVote since 2026.1',
    'POST /api/{session}/events since 2026.1',
    'DELETE /api/{session}/chats/{chatId}',
    'DELETE /api/{session}/chats/{chatId}/messages',
    'POST /api/{session}/chats/{chatId}/messages/{messageId}/pin since 2026.1',
    'POST /api/{session}/chats/{chatId}/messages/{messageId}/unpin since 2026.1',
    'GET /api/contacts/about',
    'PUT /api/{session}/contacts/{chatId} since 2026.1',
    'POST /api/{session}/status/delete',
    'GET /api/{session}/presence',
    'GET /api/{session}/presence/{chatId}',
    'POST /api/{session}/presence/{chatId}/subscribe',
  ),
  ...refuse(
    'No method reads pictures of people and groups.',
    'GET /api/contacts/profile-picture',
    'GET /api/{session}/chats/{chatId}/picture since 2026.1',
    'GET /api/{session}/groups/{id}/picture since 2026.1',
  ),
  ...refuse(
    'Not translated yet. Call `group.preview`, `group.join` or `group.picture` (`POST /api/rpc/NAME`).',
    'GET /api/{session}/groups/join-info since 2026.1',
    'POST /api/{session}/groups/join since 2026.1',
    'PUT /api/{session}/groups/{id}/picture since 2026.1',
    'DELETE /api/{session}/groups/{id}/picture since 2026.1',
  ),
  ...refuse(
    'A list of chats carries no last message. Read the chats, then the messages of each.',
    'GET /api/{session}/chats/overview since 2026.1',
    'POST /api/{session}/chats/overview since 2026.1',
  ),
  ...refuse(
    'People cannot be counted without reading them: use `lids`.',
    'GET /api/{session}/lids/count since 2026.1',
  ),
  ...refuse('Groups are current, and need no refresh.', 'POST /api/{session}/groups/refresh since 2026.1'),
  ...refuse('A group cannot be deleted, only left.', 'DELETE /api/{session}/groups/{id}'),
  ...refuse(
    'Ids of messages are made when they are sent.',
    'GET /api/{session}/status/new-message-id since 2026.1',
  ),
  ...refuse(
    'Labels have methods of their own here: label.list, label.assign and others, in another form.',
    'GET /api/{session}/labels',
    'POST /api/{session}/labels since 2026.1',
    'PUT /api/{session}/labels/{labelId} since 2026.1',
    'DELETE /api/{session}/labels/{labelId} since 2026.1',
    'GET /api/{session}/labels/chats/{chatId}',
    'PUT /api/{session}/labels/chats/{chatId}',
    'GET /api/{session}/labels/{labelId}/chats',
  ),
  ...refuse(
    'No method reads or changes channels. A message is sent to a channel of yours by its id.',
    'GET /api/{session}/channels',
    'POST /api/{session}/channels',
    'GET /api/{session}/channels/{id}',
    'DELETE /api/{session}/channels/{id}',
    'GET /api/{session}/channels/{id}/messages/preview since 2026.1',
    ...['follow', 'unfollow', 'mute', 'unmute'].flatMap((verb) => [
      `POST /api/{session}/channels/${verb}`,
      `POST /api/{session}/channels/{id}/${verb} since 2026.1`,
    ]),
    'POST /api/{session}/channels/search/by-view since 2026.1',
    'POST /api/{session}/channels/search/by-text since 2026.1',
    'GET /api/{session}/channels/search/views since 2026.1',
    'GET /api/{session}/channels/search/countries since 2026.1',
    'GET /api/{session}/channels/search/categories since 2026.1',
  ),
  ...refuse(
    'A file is converted when it is sent.',
    'POST /api/{session}/media/convert/voice since 2026.1',
    'POST /api/{session}/media/convert/video since 2026.1',
  ),
  ...refuse(
    'The gateway is observed by `/metrics` and its log, and stopped by systemd.',
    'GET /api/server/environment',
    'GET /api/server/status',
    'POST /api/server/stop',
    'GET /api/server/debug/cpu since 2026.1',
    'GET /api/server/debug/heapsnapshot since 2026.1',
    'GET /api/server/debug/browser/trace/{session} since 2026.1',
  ),
];

export const WAHA_ROWS: readonly Row[] = [
  ...WAHA_SESSIONS,
  ...WAHA_SENDING,
  ...WAHA_CHATS,
  ...WAHA_GROUPS,
  ...REFUSED,
];
