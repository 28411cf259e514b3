import { z } from 'zod';
import { method } from '../method.js';
import { instant, record } from '../schema.js';

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;
const level = () => z.enum(LOG_LEVELS);

export const daemonMethods = {
  'daemon.ping': method({
    name: 'daemon.ping',
    does: 'Answers at once, whatever state the account is in.',
    effect: 'reads',
    since: '0.1.0',
    params: record({}),
    result: record({ pong: z.literal(true), timestamp: instant() }),
    faults: [],
    example: { params: {}, result: { pong: true, timestamp: '2026-01-01T00:00:00.000Z' } },
  }),
  'daemon.info': method({
    name: 'daemon.info',
    does: 'Who is answering: process, account, paths, versions, limits.',
    effect: 'reads',
    since: '0.1.0',
    params: record({}),
    result: record({
      pid: z.int(),
      account: z.string(),
      version: z.string(),
      node: z.string(),
      startedAt: instant(),
      uptimeMs: z.int(),
      rssBytes: z.int(),
      socket: z.string(),
      /** Where HTTP is served; null where it is off. */
      http: z.string().nullable(),
      stateDir: z.string(),
      /** The files of its configuration that it has read. */
      configFiles: z.array(z.string()),
      profileDir: z.string(),
      browser: record({ path: z.string().nullable(), pid: z.int().nullable(), sandbox: z.boolean() }),
      connections: z.int(),
      logLevel: level(),
    }),
    faults: [],
    example: {
      params: {},
      result: {
        pid: 4242,
        account: 'default',
        version: '0.1.0',
        node: '20.20.2',
        startedAt: '2026-01-01T00:00:00.000Z',
        uptimeMs: 60_000,
        rssBytes: 80_000_000,
        socket: '/run/wad/default/control.sock',
        http: null,
        stateDir: '/var/lib/wad/default',
        configFiles: ['/etc/wad/wad.toml'],
        profileDir: '/var/lib/wad/default/auth/session-default',
        browser: { path: '/usr/bin/chromium', pid: 4250, sandbox: true },
        connections: 1,
        logLevel: 'info',
      },
    },
  }),
  'daemon.report': method({
    name: 'daemon.report',
    does: 'What a bug report holds: state and how it came to be, what the page can do and what failed in it, and a picture of the page; numbers and texts are blanked.',
    effect: 'reads',
    since: '0.1.0',
    params: record({}),
    result: record({
      timestamp: instant(),
      versions: z.record(z.string(), z.string().nullable()),
      status: z.record(z.string(), z.unknown()),
      states: z.array(record({ time: instant(), status: z.string(), reason: z.string(), cause: z.string() })),
      pageErrors: z.array(
        record({
          time: instant(),
          error: z.string(),
          modules: z.array(z.string()),
          whatsappWeb: z.string().nullable(),
        }),
      ),
      /** A PNG in base64, all text in it made invisible; null without a page. */
      picture: z.string().nullable(),
    }),
    faults: [],
    example: {
      params: {},
      result: {
        timestamp: '2026-01-01T00:00:00.000Z',
        versions: { wad: '0.1.0', whatsappWeb: '2.3000.1043220887' },
        status: { status: 'ready', reason: 'none' },
        states: [
          { time: '2026-01-01T00:00:00.000Z', status: 'ready', reason: 'none', cause: 'client.ready' },
        ],
        pageErrors: [
          {
            time: '2026-01-01T00:00:00.000Z',
            error: 'r: r',
            modules: ['WAWebMsgKey'],
            whatsappWeb: '2.3000.1043220887',
          },
        ],
        picture: null,
      },
    },
  }),
  'daemon.logLevel': method({
    name: 'daemon.logLevel',
    does: 'Shows the log level, and sets it when one is given, until the daemon restarts.',
    effect: 'writes',
    since: '0.1.0',
    params: record({ level: level().optional() }),
    result: record({ level: level() }),
    faults: [],
    example: { params: { level: 'debug' }, result: { level: 'debug' } },
  }),
  'rpc.discover': method({
    name: 'rpc.discover',
    does: 'The OpenRPC document of every method, made from the table that the daemon itself checks by.',
    effect: 'reads',
    since: '0.1.0',
    params: record({}),
    result: z.looseObject({
      openrpc: z.string(),
      info: z.looseObject({}),
      methods: z.array(z.looseObject({ name: z.string() })),
    }),
    faults: [],
    example: {
      params: {},
      result: { openrpc: '1.3.2', info: { title: 'wad', version: '0.1.0' }, methods: [] },
    },
  }),
};
