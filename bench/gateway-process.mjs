// Starts the built gateway for a bench, and asks it.
import { spawn } from 'node:child_process';
import { request } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '../build/src/socket/client.js';

/** Node's own HTTP client, which has less overhead than fetch. */
export const get = (url, agent, headers = {}) =>
  new Promise((resolve, reject) => {
    request(url, { agent, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part) => {
        text += part;
      });
      response.on('end', () => (response.statusCode === 200 ? resolve(text) : reject(new Error(text))));
    })
      .on('error', reject)
      .end();
  });

/** The built gateway for the accounts below `run/wad` of this directory, and a header for it. The caller ends it. */
export async function startGateway(home) {
  const env = {
    ...{ PATH: process.env.PATH, HOME: home, XDG_RUNTIME_DIR: join(home, 'run') },
    ...{ XDG_STATE_HOME: join(home, 's'), XDG_CONFIG_HOME: join(home, 'c') },
    ...{ WAD_GATEWAY_LISTEN: '127.0.0.1:0', WAD_GATEWAY_RATE_PER_MINUTE: '1000000' },
  };
  const program = fileURLToPath(new URL('../dist/wad-gateway.cjs', import.meta.url));
  const child = spawn(process.execPath, [program], { env, cwd: home, stdio: ['ignore', 'pipe', 'inherit'] });
  let url;
  for await (const text of child.stdout.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    const [, found] = /"address":"(http[^"]+)"/.exec(text) ?? [];
    if (found === undefined) continue;
    url = found;
    break;
  }
  child.stdout.resume();
  const control = await Client.connect(join(home, 'run/wad-gateway/control.sock'));
  const create = async (name) => {
    const { secret } = await control.call('token.create', { name, scopes: ['admin'], accounts: null });
    return { Authorization: `Bearer ${secret}` };
  };
  const headers = await create('bench');
  return { child, url, control, create, headers };
}
