// The table of WAHA's routes: documents 2024.9 and 2026.1 (of the n8n node's versions 202409 and 202602), with the engine WEBJS.
import { type Row, refuse } from './row.js';
import { WAHA_CHANNELS } from './waha-channels.js';
import { WAHA_CHATS } from './waha-chats.js';
import { WAHA_GROUPS } from './waha-groups.js';
import { WAHA_LABELS } from './waha-labels.js';
import { WAHA_MESSAGES } from './waha-messages.js';
import { WAHA_PROFILES } from './waha-profiles.js';
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
    'WhatsApp Web sends no buttons and no lists.',
    'POST /api/sendButtons since 2026.1',
    'POST /api/sendList since 2026.1',
  ),
  ...refuse(
    'No method reads the last presence: subscribe, and read the events `presence`.',
    'GET /api/{session}/presence',
    'GET /api/{session}/presence/{chatId}',
  ),
  ...refuse('No method reads the picture of a group.', 'GET /api/{session}/groups/{id}/picture since 2026.1'),
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
  ...WAHA_PROFILES,
  ...WAHA_SENDING,
  ...WAHA_MESSAGES,
  ...WAHA_CHATS,
  ...WAHA_LABELS,
  ...WAHA_GROUPS,
  ...WAHA_CHANNELS,
  ...REFUSED,
];
