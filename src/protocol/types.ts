// The types of methods and events for clients, as the compiler derives them from the schemas. The package
// contains another version of this file, with the same names written out and the text of each field
// (scripts/client-types.ts), so that an editor shows the texts.
import type { z } from 'zod';
import type { METHODS } from './methods/index.js';
import type { OutboxRow } from './schema.js';

export type { EventData, EventOf, WireEvent } from './events/index.js';
export type { Channel, Post } from './methods/channel.js';
export type { Chat } from './methods/chat.js';
export type { Community, CommunityGroup } from './methods/community.js';
export type { Contact } from './methods/contact.js';
export type { Group } from './methods/group.js';
export type { InvitedGroup, JoinRequest } from './methods/group-join.js';
export type { Status } from './methods/session.js';
export type { Message, Outgoing } from './schema.js';
export type QueuedMessage = OutboxRow;

export type MethodName = keyof typeof METHODS;

/** The parameters and results of a call. */
export type Asked<M extends MethodName> = z.input<(typeof METHODS)[M]['params']>;
export type Answered<M extends MethodName> = z.output<(typeof METHODS)[M]['result']>;

type Noun = MethodName extends infer M ? (M extends `${infer N}.${string}` ? N : never) : never;
type Verb<N extends Noun> = MethodName extends infer M ? (M extends `${N}.${infer V}` ? V : never) : never;

/** The methods by noun and verb. */
export type Methods = {
  [N in Noun]: {
    [V in Verb<N>]: {
      params: Asked<Extract<`${N}.${V}`, MethodName>>;
      result: Answered<Extract<`${N}.${V}`, MethodName>>;
    };
  };
};
