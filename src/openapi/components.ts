// The named schemas of the OpenRPC and OpenAPI documents: shapes that several methods share, and every event.
// They are built when a document is requested, because most daemons never get such a request.
import { z } from 'zod';
import { detailsSchema } from '../protocol/details.js';
import type { EventRow } from '../protocol/event.js';
import { EVENTS, eventSchema, eventSchemaOf } from '../protocol/events/index.js';
import { channelSchema, postSchema } from '../protocol/methods/channel.js';
import { chatSchema } from '../protocol/methods/chat.js';
import {
  communityGroupSchema,
  communityOutcomeSchema,
  communitySchema,
} from '../protocol/methods/community.js';
import { checkedSchema, contactSchema } from '../protocol/methods/contact.js';
import { briefSchema, groupSchema, outcomeSchema, participantSchema } from '../protocol/methods/group.js';
import { invitedGroupSchema, joinRequestSchema } from '../protocol/methods/group-join.js';
import { fileSchema } from '../protocol/methods/media.js';
import { businessSchema } from '../protocol/methods/profile.js';
import { statusSchema } from '../protocol/methods/session.js';
import { statusesSchema } from '../protocol/methods/status.js';
import { webhookSchema } from '../protocol/methods/webhook.js';
import {
  eventTypeSchema,
  identitySchema,
  knownSchema,
  mediaSchema,
  messageSchema,
  outboxRowSchema,
  outgoingSchema,
  reasonSchema,
  sendStateSchema,
  stateNameSchema,
  timeSchema,
} from '../protocol/schema.js';

export type Json = Record<string, unknown>;

/** Makes the schemas of one document: `schemaOf` refers by name to the schemas in `schemas`. */
export interface Components {
  readonly schemas: Readonly<Record<string, Json>>;
  /** For parameters: a field that is not in it is refused. */
  schemaOf(schema: z.ZodType): Json;
  /** For answers: a newer daemon may add fields. The same holds for `schemas`. */
  answerOf(schema: z.ZodType): Json;
}

const SHAPES: readonly (readonly [name: string, schema: z.ZodType, says: string])[] = [
  [
    'Identity',
    identitySchema,
    'Who: the id that WhatsApp Web uses, with both identities and both names of a person as far as they are known.',
  ],
  ['Media', mediaSchema, 'The file of a message, as far as it is known before it is fetched.'],
  ['MessageDetails', detailsSchema, 'What a message carries besides its text: the parts that apply to it.'],
  ['Message', messageSchema, 'A message in a chat or an event.'],
  ['Outgoing', outgoingSchema, 'A message on its way out.'],
  [
    'QueuedMessage',
    outboxRowSchema,
    'A message of the outbox: whom it is for, how often it was tried, and what it waits for.',
  ],
  [
    'KnownMessage',
    knownSchema,
    'Any message that this daemon knows of: one that it was asked to send, one that was received, or one that another device of the account sent.',
  ],
  ['Status', statusSchema, 'The state of the account, and what belongs to it.'],
  ['Chat', chatSchema, 'A chat.'],
  ['Contact', contactSchema, 'A person.'],
  ['BusinessProfile', businessSchema, 'What a business says about itself.'],
  ['CheckedNumber', checkedSchema, 'Whether a number is on WhatsApp, and under which identities.'],
  ['Group', groupSchema, 'A group with its members and settings.'],
  ['GroupBrief', briefSchema, 'A group, in short.'],
  ['Participant', participantSchema, 'A member of a group.'],
  ['ParticipantOutcome', outcomeSchema, 'What became of one of the people that a request named.'],
  ['Channel', channelSchema, 'A channel, and what this account is there.'],
  ['Post', postSchema, 'A post in a channel, with its counts.'],
  ['Statuses', statusesSchema, 'A person who has posted statuses.'],
  ['Community', communitySchema, 'A community with its groups.'],
  ['CommunityGroup', communityGroupSchema, 'A group of a community.'],
  ['CommunityOutcome', communityOutcomeSchema, 'What became of one of the groups that a request named.'],
  ['InvitedGroup', invitedGroupSchema, 'The group behind an invitation.'],
  ['JoinRequest', joinRequestSchema, 'A person who waits to be let into a group.'],
  ['File', fileSchema, 'A file that the daemon keeps.'],
  ['Webhook', webhookSchema, 'A webhook of the configuration, and its state.'],
  ['Time', timeSchema, 'A time, ISO 8601 in UTC.'],
  ['StateName', stateNameSchema, 'The states of the account.'],
  ['Reason', reasonSchema, 'Why the account is in its state.'],
  ['SendState', sendStateSchema, 'The states of a message on its way out.'],
  ['EventType', eventTypeSchema, 'The types of event.'],
];

/** `message.ack` → `MessageAckEvent`. */
const eventName = (type: string): string =>
  `${type.replace(/(?:^|\.)(\w)/g, (_, first: string) => first.toUpperCase())}Event`;

const refTo = (name: string): string => `#/components/schemas/${name}`;

/**
 * @param target OpenRPC 1.3 uses JSON Schema draft 7, which ignores anything next to a `$ref`;
 * OpenAPI 3.1 uses draft 2020-12
 */
export function componentsFor(target: 'draft-7' | 'draft-2020-12'): Components {
  const rows: readonly EventRow[] = Object.values(EVENTS);
  const named = new Map<z.ZodType, string>([
    ...SHAPES.map(([name, schema]) => [schema, name] as const),
    ...rows.map((row) => [eventSchemaOf(row), eventName(row.type)] as const),
    [eventSchema, 'Event'],
  ]);

  /** Replaces a schema with a name by a reference, also one that differs in its description only. */
  const refer = (zodSchema: z.core.$ZodType, json: Json): void => {
    const own = named.get(zodSchema as z.ZodType);
    const name = own ?? named.get(zodSchema._zod.parent as z.ZodType);
    if (name === undefined) return;
    const { description } = json;
    for (const key of Object.keys(json)) delete json[key];
    const $ref = refTo(name);
    if (own !== undefined || description === undefined) json.$ref = $ref;
    else Object.assign(json, target === 'draft-7' ? { allOf: [{ $ref }] } : { $ref }, { description });
  };

  /**
   * `input` is what crosses the wire in both directions: a handler's result is checked
   * before zod transforms it.
   */
  const convert = (schema: z.ZodType, root: z.ZodType | null, isOpen: boolean): Json => {
    const { $schema: _, ...bare } = z.toJSONSchema(schema, {
      io: 'input',
      target,
      override: ({ zodSchema, jsonSchema }) => {
        if (isOpen && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
        if ((zodSchema as z.core.$ZodType) !== root) refer(zodSchema, jsonSchema as Json);
      },
    }) as Json;
    return bare;
  };

  const mapping = Object.fromEntries(rows.map(({ type }) => [type, refTo(eventName(type))]));
  const schemas = Object.fromEntries(
    [...named].map(([schema, name]) => [name, convert(schema, schema, true)] as const),
  );
  for (const [name, , description] of SHAPES) schemas[name] = { description, ...schemas[name] };
  schemas.Event = {
    description:
      'An event; `type` says which. Fields are added, never changed, and an event that an earlier version stored may lack fields.',
    oneOf: Object.values(mapping).map(($ref) => ({ $ref })),
    discriminator: { propertyName: 'type', mapping },
  };
  return {
    schemas,
    schemaOf: (schema) => convert(schema, null, false),
    answerOf: (schema) => convert(schema, null, true),
  };
}
