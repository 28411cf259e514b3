// Describes the requests of a webhook of the format `wad` for the OpenAPI document. The other formats belong
// to other programs, whose documents describe them. Pure.
import { EVENTS } from '../protocol/events/index.js';
import type { Json } from './components.js';

const header = (name: string, description: string): Json => ({
  name,
  in: 'header',
  required: true,
  description,
  schema: { type: 'string' },
});

/** The headers of Standard Webhooks. */
const HEADERS = [
  header('webhook-id', 'The id of the request. It stays the same when the request is repeated.'),
  header('webhook-timestamp', 'When the request was sent, in seconds since 1970.'),
  header('webhook-signature', 'The signatures, separated by spaces, each `v1,` and base64.'),
];

const RESPONSES: Json = {
  '2XX': { description: 'The receiver has the event. The next one follows.' },
  '4XX': {
    description:
      'The receiver refuses it. After five answers 400, 405, 413, 415 or 422 the event becomes a dead letter; after any other answer it is posted again.',
  },
  '5XX': { description: 'The event is posted again later.' },
};

const post = (operationId: string, summary: string, schema: Json, example: Json): Json => ({
  post: {
    operationId,
    summary,
    security: [],
    parameters: HEADERS,
    requestBody: { required: true, content: { 'application/json': { schema, example } } },
    responses: RESPONSES,
  },
});

const COMMON = { time: '2026-01-01T00:00:00.000Z', account: 'default' };

export const eventWebhooks = (): Json => ({
  event: post(
    'webhookEvent',
    'Each event that the webhook is configured for, in order, one at a time.',
    { $ref: '#/components/schemas/Event' },
    { cursor: 1767225600001, type: 'message', ...COMMON, data: EVENTS.message.example },
  ),
  test: post(
    'webhookTest',
    'What `webhook.test` posts. It is not an event.',
    {
      type: 'object',
      properties: {
        cursor: { const: 0 },
        type: { const: 'webhook.test' },
        time: { type: 'string', format: 'date-time' },
        account: { type: 'string' },
        data: { type: 'object', properties: { says: { type: 'string' } }, required: ['says'] },
      },
      required: ['cursor', 'type', 'time', 'account', 'data'],
    },
    { cursor: 0, type: 'webhook.test', ...COMMON, data: { says: 'This is a test.' } },
  ),
});
