// The table [fleet] of the configuration: accounts that run on whichever of several machines is alive. It is part of the
// table in keys.ts. With a server it switches the fleet on; without one nothing of src/fleet/ is loaded.
import { hostname } from 'node:os';
import { choice, count, key, pathOrFound, text, words } from './row.js';

const NATS_URL = /^(?:nats|tls):\/\/[^\s/]+$/;

/** A name in NATS and in file names: no dots, which separate the parts of a subject. */
const NAME = /^[A-Za-z0-9_-]{1,64}$/;

/** What may carry an account's profile from a lost machine to the next one. */
export const PROFILE_PLACES = ['local', 'shared'] as const;

export const FLEET_KEYS = {
  servers: key(
    words(
      (url) => NATS_URL.test(url),
      'a list of addresses such as "nats://10.0.0.1:4222" or "tls://nats1:4222"',
    ),
    {
      default: [],
      defaultSays: 'none: the fleet is off',
      doc: 'The NATS servers, 2.10 or newer, with JetStream. With any, the account runs only while this machine holds its lease.',
    },
  ),
  machine: key(text(NAME, 'letters, digits, "_" and "-"'), {
    default: () =>
      hostname()
        .replace(/[^A-Za-z0-9_-]/g, '-')
        .slice(0, 64),
    defaultSays: 'the host name',
    doc: 'The name of this machine in the fleet. No two machines may have the same.',
  }),
  prefix: key(text(/^[a-z][a-z0-9-]{0,31}$/, 'small letters, digits and "-"'), {
    default: 'wad',
    doc: 'The first word of every subject, bucket and stream, so that several fleets can share the servers.',
  }),
  replicas: key(count(1, 5), {
    default: 1,
    doc: 'How many servers keep each bucket and stream that is created; 3 with three servers. Existing ones are not changed.',
  }),
  credentialsFile: key(pathOrFound(), {
    default: null,
    defaultSays: 'none',
    doc: 'The credentials for NATS (`nsc generate creds`), or one line USER:PASSWORD, in a file of mode 0600.',
  }),
  caFile: key(pathOrFound(), {
    default: null,
    defaultSays: 'the certificates of the system',
    doc: 'The certificate authority of the servers, in PEM.',
  }),
  keyFile: key(pathOrFound(), {
    default: null,
    defaultSays: 'none: only with `profile = "shared"`',
    doc: 'The key that seals profiles before they leave the machine (`age-keygen`), in a file of mode 0600. Every machine of the fleet has the same. A file with several keys seals with the first and opens with any.',
  }),
  profile: key(choice(PROFILE_PLACES), {
    default: 'local',
    doc: '"local": sealed copies of the profile travel through NATS. "shared": every machine has the same state directory, on a disk that they share.',
  }),
  snapshotHours: key(count(0, 720, 'h'), {
    default: 24,
    doc: 'How often a copy of the profile is made in a quiet moment, in addition to those after linking and at orderly ends; 0: only these.',
  }),
  leaseSeconds: key(count(3, 300, 's'), {
    default: 30,
    doc: 'How long an account stays with a machine that is not heard of. It is the same on every machine. A machine renews after a sixth of it, and gives up by itself after two thirds.',
  }),
  labels: key(
    words((label) => NAME.test(label), 'a list of words of letters, digits, "_" and "-"'),
    { default: [], defaultSays: 'none', doc: 'What the placement of accounts may ask of a machine.' },
  ),
  eventDays: key(count(1, 3_650, 'days'), {
    default: 30,
    doc: 'How long the stream of events keeps an event, when this machine creates the stream.',
  }),
} as const;
