// `import { connect } from 'wactl'`: what a program may use. Bundled as dist/client.js, with its types beside it.

export type { WireEvent as Event } from '../protocol/events/index.js';
export { Fault, type FaultDetails, type Outcome } from '../protocol/fault.js';
export type { FaultKind } from '../protocol/fault-table.js';
export type { MethodName } from '../protocol/methods/index.js';
export type { Message, Outgoing } from '../protocol/schema.js';
export type { EventType, Reason, SendState, StateName } from '../protocol/state.js';
export type { Answered, Asked } from '../socket/client.js';
export type { Api, CallOptions } from './api.js';
export { type Account, connect, type Options } from './connect.js';
export type { FollowOptions } from './follow.js';
export type { File, UploadOptions } from './upload.js';
