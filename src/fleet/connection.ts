// The connection to NATS, with JetStream's four interfaces. What the servers refuse becomes a Fault that names the key of the
// configuration; servers that do not answer are a state that passes.
import { readFileSync } from 'node:fs';
import type { Config } from '../config/keys.js';
import { readSecretFile } from '../config/secret-file.js';
import { Fault } from '../protocol/fault.js';
import type { Log } from '../protocol/log.js';
import { type Names, namesOf } from './names.js';
import {
  type Authenticator,
  AuthorizationError,
  connect,
  credsAuthenticator,
  type JetStreamClient,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
  Kvm,
  type NatsConnection,
  PermissionViolationError,
  UserAuthenticationExpiredError,
  usernamePasswordAuthenticator,
} from './nats.js';

export interface FleetConnection {
  readonly nats: NatsConnection;
  readonly streams: JetStreamClient;
  readonly manager: JetStreamManager;
  readonly buckets: Kvm;
  readonly names: Names;
}

export interface ConnectOptions {
  /** Shown by the servers' own tools. */
  readonly name: string;
  readonly log: Log;
}

/** Bytes. Credentials with a long list of permissions have some 10 kB. */
const MAX_CREDENTIALS = 65_536;
/** Every request to JetStream. A leader that is lost is replaced after about 6 s (NATS 2.10, three servers). */
const REQUEST_MS = 5_000;
/** A half-open connection is noticed after two of them. */
const PING_MS = 5_000;
const RECONNECT_MS = 500;

/**
 * The caller closes `nats`. Once connected, it reconnects by itself, for ever.
 * @throws (rejects) Fault fleet_unreachable, fleet_refused, permission_denied, usage
 */
export async function connectFleet(
  config: Config['fleet'],
  { name, log }: ConnectOptions,
): Promise<FleetConnection> {
  const { servers, credentialsFile, caFile, prefix } = config;
  let nats: NatsConnection;
  try {
    nats = await connect({
      servers: [...servers],
      name,
      ...(credentialsFile !== null && { authenticator: await authenticatorOf(credentialsFile) }),
      ...(caFile !== null && { tls: { ca: readFileSync(caFile, 'utf8') } }),
      maxReconnectAttempts: -1,
      reconnectTimeWait: RECONNECT_MS,
      reconnectJitter: RECONNECT_MS,
      reconnectJitterTLS: RECONNECT_MS,
      pingInterval: PING_MS,
      timeout: REQUEST_MS,
    });
  } catch (error) {
    throw fleetFault(error, servers);
  }
  void report(nats, log);
  const options = { timeout: REQUEST_MS };
  return {
    nats,
    streams: jetstream(nats, options),
    // The check for JetStream comes with the first object that is looked up.
    manager: await jetstreamManager(nats, { ...options, checkAPI: false }),
    buckets: new Kvm(nats),
    names: namesOf(prefix),
  };
}

/** @throws (rejects) Fault permission_denied, usage */
async function authenticatorOf(path: string): Promise<Authenticator> {
  const text = readSecretFile({ path, key: 'fleet.credentialsFile' }, MAX_CREDENTIALS);
  if (text.includes('-----BEGIN')) return credsAuthenticator(new TextEncoder().encode(text));
  const [, user, password] = /^([^:\s]+):(\S+)\s*$/.exec(text) ?? [];
  if (user === undefined || password === undefined) {
    const reason = `fleet.credentialsFile: ${path} contains neither credentials of NATS nor one line USER:PASSWORD`;
    throw new Fault('usage', { reason, hint: null });
  }
  return usernamePasswordAuthenticator(user, password);
}

/** What an error of NATS means for the fleet. A Fault stays what it is. */
export function fleetFault(error: unknown, servers: readonly string[] = []): Fault {
  if (error instanceof Fault) return error;
  const reason = error instanceof Error ? error.message : String(error);
  if (isRefusal(error))
    return new Fault('fleet_refused', { reason: `NATS refused this client: ${reason}`, cause: error });
  const where = servers.length === 0 ? 'NATS' : servers.join(', ');
  return new Fault('fleet_unreachable', { reason: `${where} does not answer: ${reason}`, cause: error });
}

const REFUSALS = [AuthorizationError, UserAuthenticationExpiredError, PermissionViolationError];

const isRefusal = (error: unknown): boolean =>
  REFUSALS.some((kind) => error instanceof kind) ||
  (error instanceof Error && error.cause !== undefined && isRefusal(error.cause));

/** Writes what happens to the connection to the log, until it is closed. */
async function report(nats: NatsConnection, log: Log): Promise<void> {
  for await (const status of nats.status()) {
    if (status.type === 'disconnect') log.warn('fleet.disconnected', { server: status.server });
    if (status.type === 'reconnect') log.info('fleet.connected', { server: status.server });
    if (status.type === 'error') log.warn('fleet.error', { err: status.error });
  }
}
