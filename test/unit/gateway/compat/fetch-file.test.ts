/** A file at a url is fetched from public addresses only, within limits of time, size and redirects, for a request that waits. */
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createNetServer } from 'node:net';
import t from 'tap';
import { type FetchOptions, fetchFile } from '../../../../src/gateway/compat/fetch-file.js';
import { Fault } from '../../../../src/protocol/fault.js';

/** A server of the test; its address is allowed by `LOCAL`. */
async function serving(answer: RequestListener) {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

const LOCAL: FetchOptions = { allows: (address) => address === '127.0.0.1', allowsOwn: true };

async function fetched(url: string, options?: FetchOptions): Promise<string> {
  let text = '';
  for await (const chunk of fetchFile(url, options)) text += Buffer.from(chunk).toString();
  return text;
}

t.test('the bytes are passed on as they arrive', async (t) => {
  await using server = await serving((_, response) => {
    response.write('first');
    response.end('second');
  });
  t.equal(await fetched(`${server.url}/a.png`, LOCAL), 'firstsecond');
});

t.test('this machine and its network are not connected to', async (t) => {
  let asked = 0;
  await using server = await serving((_, response) => {
    asked += 1;
    response.end();
  });
  // By their addresses, before a connection is made.
  const options = { allowsOwn: true };
  const refused = { kind: 'invalid_params', message: /not public/ } as never;
  const hosts = ['127.0.0.1', 'localhost', '[::1]', '0.0.0.0', '2130706433', '0x7f.1', '[::ffff:127.0.0.1]'];
  for (const host of hosts)
    await t.rejects(fetched(`http://${host}:${server.port}/`, options), refused, host);
  for (const url of [
    'http://10.0.0.1/',
    'http://169.254.169.254/',
    'http://[fd00::1]/',
    'http://100.64.0.1/',
  ])
    await t.rejects(fetched(url, options), refused, url);
  t.equal(asked, 0);
});

t.test('to an address of this machine that is allowed otherwise, not a byte is sent', async (t) => {
  let bytes = 0;
  const server = createNetServer((socket) => {
    socket
      .on('error', () => undefined)
      .on('data', (data) => {
        bytes += data.length;
      });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const { port } = server.address() as AddressInfo;
  for (const scheme of ['http', 'https'])
    for (const host of ['127.0.0.1', 'localhost']) {
      const closed = once(server, 'connection').then(([socket]) => once(socket, 'close'));
      const options = { allows: () => true };
      await t.rejects(fetched(`${scheme}://${host}:${port}/`, options), {
        kind: 'invalid_params',
        message: /one of this machine/,
      } as never);
      await closed;
    }
  t.equal(bytes, 0);
});

t.test('a fetch ends with the request that it is for', async (t) => {
  const asked: Promise<unknown>[] = [];
  await using server = await serving((request, response) => {
    asked.push(once(request.socket, 'close'));
    response.write('x');
  });
  const gone = new AbortController();
  const reason = new Fault('connection_lost');
  const begun = fetchFile(`${server.url}/`, { ...LOCAL, signal: gone.signal });
  await begun.next();
  const next = begun.next();
  gone.abort(reason);
  await t.rejects(next, { kind: 'connection_lost' } as never);
  await Promise.all(asked);
  t.equal(asked.length, 1);
  await t.rejects(fetched(server.url, { ...LOCAL, signal: gone.signal }), {
    kind: 'connection_lost',
  } as never);
  t.equal(asked.length, 1, 'a request that has ended begins no fetch');
});

t.test('a redirect is checked as the first url was', async (t) => {
  await using server = await serving(({ url }, response) => {
    const targets: Record<string, string> = {
      '/near': '/file',
      '/inside': 'http://10.0.0.1/secret',
      '/local': `http://localhost:1/`,
      '/file': '',
      '/scheme': 'file:///etc/passwd',
      '/loop': '/loop',
      '/broken': 'http://[',
    };
    const target = targets[url ?? ''] ?? '';
    if (target === '') response.end('the file');
    else response.writeHead(302, { Location: target }).end();
  });
  t.equal(await fetched(`${server.url}/near`, LOCAL), 'the file');
  for (const path of ['inside', 'scheme', 'broken'])
    await t.rejects(fetched(`${server.url}/${path}`, LOCAL), { kind: 'invalid_params' } as never, path);
  await t.rejects(fetched(`${server.url}/loop`, LOCAL), {
    kind: 'not_fetched',
    message: /redirects/,
  } as never);
});

t.test('an answer other than 200, and no answer, are reported', async (t) => {
  await using server = await serving((_, response) => response.writeHead(404).end('no'));
  await t.rejects(fetched(server.url, LOCAL), { kind: 'not_fetched', message: /404/ } as never);
  await using silent = await serving(() => undefined);
  const options = { ...LOCAL, timeoutMs: 50 };
  await t.rejects(fetched(silent.url, options), { kind: 'not_fetched', message: /50 ms/ } as never);
});

t.test('a body that breaks off, or takes too long, is reported', async (t) => {
  await using server = await serving((_, response) => {
    response.writeHead(200, { 'Content-Length': '100' });
    response.write('half', () => response.destroy());
  });
  await t.rejects(fetched(server.url, LOCAL), { kind: 'not_fetched' } as never);
  await using slow = await serving((_, response) => {
    response.write('x');
  });
  await t.rejects(fetched(slow.url, { ...LOCAL, timeoutMs: 50 }), { kind: 'not_fetched' } as never);
});

t.test('a file above the limit is refused, and its connection closed', async (t) => {
  const closed: Promise<unknown>[] = [];
  await using server = await serving((_, response) => {
    closed.push(once(response, 'close'));
    const more = () => {
      while (response.write(Buffer.alloc(64 * 1024)));
      response.once('drain', more);
    };
    more();
  });
  const options = { ...LOCAL, maxBytes: 100_000 };
  await t.rejects(fetched(server.url, options), { kind: 'media_too_large' } as never);
  await Promise.all(closed);
});
