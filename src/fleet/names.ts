// The names of the fleet in NATS, derived from its prefix and the account: buckets, streams, subjects, objects.

export interface Names {
  /** Buckets of key-value pairs. */
  readonly accounts: string;
  readonly leases: string;
  readonly machines: string;
  /** The object store of sealed profiles. */
  readonly profiles: string;
  /** Streams, and the subjects that each of them keeps. */
  readonly sends: string;
  readonly sendSubjects: string;
  readonly events: string;
  readonly eventSubjects: readonly string[];
  /** The subject of a message to send. Its header Nats-Msg-Id is the message's key. */
  send(account: string): string;
  /** The subject of an event. Its header Nats-Msg-Id is ACCOUNT.CURSOR. */
  event(account: string, type: string): string;
  /** Every event of one account. */
  eventsOf(account: string): string;
  /** Where a message of `sends` is reported that can never be sent. */
  refused(account: string): string;
  /** The subject of requests to the daemon that runs the account: JSON-RPC, one request and one answer. */
  rpc(account: string): string;
}

export function namesOf(prefix: string): Names {
  const stream = prefix.toUpperCase();
  return {
    accounts: `${prefix}_accounts`,
    leases: `${prefix}_leases`,
    machines: `${prefix}_machines`,
    profiles: `${prefix}_profiles`,
    sends: `${stream}_SEND`,
    sendSubjects: `${prefix}.send.*`,
    events: `${stream}_EVENTS`,
    eventSubjects: [`${prefix}.event.*.>`, `${prefix}.refused.*`],
    send: (account) => `${prefix}.send.${account}`,
    event: (account, type) => `${prefix}.event.${account}.${type}`,
    eventsOf: (account) => `${prefix}.event.${account}.>`,
    refused: (account) => `${prefix}.refused.${account}`,
    rpc: (account) => `${prefix}.rpc.${account}`,
  };
}

/** The headers of messages in both streams. */
export const HEADER = {
  /** The lease under which an event was published. */
  epoch: 'Wad-Epoch',
  cursor: 'Wad-Cursor',
  /** The kind of the fault for which a message was refused, its text, and the key of the message. */
  fault: 'Wad-Fault',
  reason: 'Wad-Reason',
  key: 'Wad-Key',
} as const;
