// The public exports of the library: `import { connect } from 'wactl'`. Bundled as dist/client.js, with its types.

export { Fault, type FaultDetails, type Outcome } from '../protocol/fault.js';
export type { FaultKind } from '../protocol/fault-table.js';
export type { EventType, Reason, SendState, StateName } from '../protocol/state.js';
export type {
  Answered,
  Asked,
  Chat,
  Contact,
  EventData,
  EventOf,
  Group,
  Message,
  MethodName,
  Outgoing,
  QueuedMessage,
  Status,
  WireEvent,
  WireEvent as Event,
} from '../protocol/types.js';
export type { Api, CallOptions } from './api.js';
export { type Account, connect, type Options } from './connect.js';
export type { FollowOptions } from './follow.js';
export type { File, UploadOptions } from './upload.js';
