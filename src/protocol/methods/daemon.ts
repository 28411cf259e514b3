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
    scope: 'read',
    since: '0.1.0',
    params: () => record({}),
    result: () =>
      record({
        pong: z.literal(true).describe('Always true.'),
        timestamp: instant().describe('When this was answered.'),
      }),
    faults: [],
    example: { params: {}, result: { pong: true, timestamp: '2026-01-01T00:00:00.000Z' } },
  }),
  'daemon.info': method({
    name: 'daemon.info',
    does: 'Who is answering: process, account, paths, versions, limits.',
    effect: 'reads',
    scope: 'read',
    since: '0.1.0',
    params: () => record({}),
    result: () =>
      record({
        pid: z.int().describe('The process id of the daemon.'),
        account: z.string().describe('The name of the account, as it is configured.'),
        version: z.string().describe('The version of the daemon.'),
        node: z.string().describe('The version of Node.js.'),
        startedAt: instant().describe('When the daemon started.'),
        uptimeMs: z.int().describe('How long it has run, in milliseconds.'),
        rssBytes: z.int().describe('Resident memory of the daemon without its browser, in bytes.'),
        socket: z.string().describe('The path of its control socket.'),
        http: z.string().nullable().describe('Where HTTP is served. Null when it is off.'),
        stateDir: z.string().describe('The path of its state directory.'),
        configFiles: z.array(z.string()).describe('The configuration files that it has read.'),
        profileDir: z.string().describe("The path of its browser's profile."),
        browser: record({
          path: z.string().nullable().describe('The path of the browser. Null when none was found.'),
          pid: z.int().nullable().describe('The process id of the browser. Null when none runs.'),
          sandbox: z.boolean().describe('True when the browser runs in its sandbox.'),
          memoryBytes: z
            .int()
            .nullable()
            .describe(
              'Memory of all processes of the browser (PSS), in bytes, measured once a minute. Null before the first time.',
            ),
        }).describe('The browser.'),
        connections: z.int().describe('Open connections to the control socket.'),
        logLevel: level().describe('The log level now.'),
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
        browser: { path: '/usr/bin/chromium', pid: 4250, sandbox: true, memoryBytes: 392_000_000 },
        connections: 1,
        logLevel: 'info',
      },
    },
  }),
  'daemon.report': method({
    name: 'daemon.report',
    does: 'The content of a bug report: the state and how it was reached, the capabilities of the page and its errors, and a picture of the page; numbers and texts are blanked.',
    effect: 'reads',
    scope: 'operate',
    since: '0.1.0',
    params: () => record({}),
    result: () =>
      record({
        timestamp: instant().describe('When the report was made.'),
        versions: z
          .record(z.string(), z.string().nullable())
          .describe('As in session.status. Null: not known yet.'),
        status: z.record(z.string(), z.unknown()).describe('session.status, without what names the account.'),
        states: z
          .array(
            record({
              time: instant().describe('When the state began.'),
              status: z.string().describe('The state.'),
              reason: z.string().describe('Why.'),
              cause: z.string().describe('The internal event that led to it.'),
            }),
          )
          .describe('The last states, oldest first.'),
        pageErrors: z
          .array(
            record({
              time: instant().describe('When it failed.'),
              error: z.string().describe('The error, with numbers and texts blanked.'),
              modules: z
                .array(z.string())
                .describe('The modules of WhatsApp Web that the failed function uses.'),
              whatsappWeb: z
                .string()
                .nullable()
                .describe('The version of WhatsApp Web. Null when not known.'),
            }),
          )
          .describe('The last errors in the page, oldest first.'),
        picture: z
          .string()
          .nullable()
          .describe('A PNG of the page in base64, with all text made invisible. Null without a page.'),
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
  'daemon.metrics': method({
    name: 'daemon.metrics',
    does: 'The metrics of the daemon as text for Prometheus, as GET /metrics returns them. Where HTTP is off, counters begin at 0 with the first call.',
    effect: 'reads',
    scope: 'read',
    since: '0.2.0',
    params: () => record({}),
    result: () =>
      record({
        type: z.string().describe('The content type of the text.'),
        text: z.string().describe('The text of a scrape.'),
      }),
    faults: [],
    example: {
      params: {},
      result: {
        type: 'text/plain; version=0.0.4; charset=utf-8',
        text: '# HELP wad_linked 1 while there is a saved session.\n# TYPE wad_linked gauge\nwad_linked 1\n',
      },
    },
  }),
  'daemon.logLevel': method({
    name: 'daemon.logLevel',
    does: 'Shows the log level, and sets it when one is given, until the daemon restarts.',
    effect: 'writes',
    scope: 'admin',
    since: '0.1.0',
    params: () =>
      record({
        level: level().optional().describe('The level to set; it stays as it is when left out.'),
      }),
    result: () => record({ level: level().describe('The level now.') }),
    faults: [],
    example: { params: { level: 'debug' }, result: { level: 'debug' } },
  }),
  'rpc.discover': method({
    name: 'rpc.discover',
    does: 'The OpenRPC document of every method, made from the table by which the daemon checks requests.',
    effect: 'reads',
    scope: 'read',
    since: '0.1.0',
    params: () => record({}),
    result: () =>
      z.looseObject({
        openrpc: z.string().describe('The version of OpenRPC.'),
        info: z.looseObject({}).describe('The name and the version of the program.'),
        methods: z
          .array(z.looseObject({ name: z.string().describe('The name of the method.') }))
          .describe('The methods, as OpenRPC describes them.'),
      }),
    faults: [],
    example: {
      params: {},
      result: { openrpc: '1.3.2', info: { title: 'wad', version: '0.1.0' }, methods: [] },
    },
  }),
};
