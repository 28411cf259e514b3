// What is used of NATS's packages. It is bundled as a file of its own, `dist/nats.cjs`, which a program loads only when a
// fleet is configured (scripts/bundle.mjs).
export {
  AckPolicy,
  type Consumer,
  type ConsumerMessages,
  DeliverPolicy,
  DiscardPolicy,
  JetStreamApiError,
  type JetStreamClient,
  type JetStreamManager,
  type JsMsg,
  jetstream,
  jetstreamManager,
  type MsgRequest,
  RetentionPolicy,
  StorageType,
  type StoredMsg,
  type StreamConfig,
} from '@nats-io/jetstream';
export { type KV, type KvEntry, Kvm, type KvWatchEntry } from '@nats-io/kv';
export { type ObjectInfo, type ObjectStore, Objm } from '@nats-io/obj';
export {
  type Authenticator,
  AuthorizationError,
  connect,
  credsAuthenticator,
  headers,
  type Msg,
  type MsgHdrs,
  type NatsConnection,
  NoRespondersError,
  nanos,
  PermissionViolationError,
  type Subscription,
  TimeoutError,
  UserAuthenticationExpiredError,
  usernamePasswordAuthenticator,
} from '@nats-io/transport-node';
