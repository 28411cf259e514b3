/** The server as a program: it prints one line of JSON when it is ready, and runs until SIGTERM or SIGINT. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { ControlHttp, WaServer } from '../index.js';

const USAGE = 64;

const HELP = `A WhatsApp server for clients under test, with phones and people that HTTP controls. On loopback only.

usage: scripts/waserver [options], or node dist/waserver-main.cjs [options]

  --port P             where clients connect (default: a free port)
  --control-port P     the HTTP control API (default: a free port); GET / shows everything,
                       GET of an unknown path lists the routes
  --cert F, --key F    PEM files, for the host of media; without them files cannot be sent
  --media-name N       under which clients know that host (the page: mmg.whatsapp.net); default: its address
  --help

Prints one line of JSON when it is ready: url (the WebSocket), rootKey (base64: clients must trust it instead of
WhatsApp's), control, media (host and port, or null) and pid. Ends on SIGTERM or SIGINT.
`;

class UsageError extends Error {}

function port(written: string | undefined): number {
  const number = Number(written ?? 0);
  if (!Number.isInteger(number) || number < 0 || number > 65_535)
    throw new UsageError(`"${written}" is no port`);
  return number;
}

const OPTIONS = {
  port: { type: 'string' },
  'control-port': { type: 'string' },
  cert: { type: 'string' },
  key: { type: 'string' },
  'media-name': { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

function read() {
  try {
    return parseArgs({ options: OPTIONS }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** @returns what ends it */
async function start(): Promise<(() => Promise<void>) | undefined> {
  const { cert, key, help, 'media-name': mediaName, ...ports } = read();
  if (help) {
    process.stdout.write(HELP);
    return undefined;
  }
  if ((cert === undefined) !== (key === undefined)) throw new UsageError('--cert and --key belong together');
  const tls =
    cert === undefined || key === undefined
      ? {}
      : { tls: { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') } };
  const controlPort = port(ports['control-port']);
  const name = mediaName === undefined ? {} : { mediaName };
  const server = await WaServer.start({ port: port(ports.port), ...tls, ...name });
  const control = await ControlHttp.start(server, controlPort).catch(async (error) => {
    await server.close();
    throw error;
  });
  const { url, rootKey, mediaAddress = null } = server;
  const ready = { url, rootKey: rootKey.toString('base64'), control: control.url, media: mediaAddress };
  process.stdout.write(`${JSON.stringify({ ...ready, pid: process.pid })}\n`);
  return async () => {
    await control.close();
    await server.close();
  };
}

start()
  .then((close) => {
    if (close !== undefined)
      for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void close());
  })
  .catch((error: Error) => {
    process.stderr.write(`waserver: ${error.message}\n`);
    process.exitCode = error instanceof UsageError ? USAGE : 1;
  });
