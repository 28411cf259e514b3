/** The site that serves the page's modules, with a folder of a few made-up ones and no browser. */
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { WebSocket, WebSocketServer } from 'ws';
import { conditionalModules } from '../../real-page/conditional-modules.js';
import { Modules } from '../../real-page/modules.js';
import { PageSite } from '../../real-page/page-site.js';

const MODULES = {
  Root: '__d("Root", ["Leaf", "cr:7", "Absent", "AWorkerResource"], function (t, n, r, o, a, i, l) { n("cr:7").doSomething(); }, 98);',
  Leaf: '__d(\n  "Leaf",\n  [\n    "Root",\n  ],\n  function () {}, 98);',
  Chosen: '__d("Chosen", null, function (t, n, r, o, a, i, l) { l.doSomething = 1; }, 98);',
  Other: '__d("Other", [], function (t, n, r, o, a, i, l) {}, 98);',
};

function folder(t: Test): string {
  const path = mkdtempSync(join(tmpdir(), 'wad-modules-'));
  t.teardown(() => rmSync(path, { recursive: true }));
  for (const [name, text] of Object.entries(MODULES)) writeFileSync(join(path, `${name}.js`), text);
  writeFileSync(join(path, 'README.md'), 'no module');
  return path;
}

function get(port: number, path: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const request = https.get({ host: '127.0.0.1', port, path, rejectUnauthorized: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    });
    request.setTimeout(10_000, () => request.destroy(new Error('no answer')));
    request.on('error', reject);
  });
}

t.test('a folder of modules', async (t) => {
  const modules = Modules.read(folder(t));
  t.same([...modules].map(([name]) => name).sort(), ['Chosen', 'Leaf', 'Other', 'Root']);
  t.same(modules.absent.sort(), ['AWorkerResource', 'Absent']);
  const conditional = conditionalModules(modules);
  t.equal(conditional['7'], 'Chosen', 'the only module that exports the member that is used');
  t.equal(conditional['1294158'], null, 'a known one that is not in the folder');
  const had = new Set(['Leaf']);
  t.same(modules.closure(['Root'], had, conditional).sort(), ['Chosen', 'Root']);
  t.same(modules.closure(['Root'], had, conditional), [], 'nothing is given twice');
  const empty = mkdtempSync(join(tmpdir(), 'wad-modules-'));
  t.teardown(() => rmSync(empty, { recursive: true }));
  t.throws(() => Modules.read(empty), /no module of WhatsApp Web/);
});

t.test('documents, bundles and workers', async (t) => {
  await using site = await PageSite.start({
    ...{ modules: folder(t), chat: 'ws://127.0.0.1:1/ws/chat', media: '127.0.0.1:4711' },
    rootKey: Buffer.alloc(32, 0xab),
  });
  const { body: page } = await get(site.port, '/');
  const document = /"document":"([^"]+)"/.exec(page)?.[1];
  t.match(page, `"trustedRoot":"${'ab'.repeat(32)}"`);
  t.match((await get(site.port, '/start.js')).body, '__realPageSettings');
  const bundle = (names: string[], of = document) =>
    get(site.port, `/bundle.js?${new URLSearchParams({ document: of ?? '', names: JSON.stringify(names) })}`);
  const { body } = await bundle(['Root']);
  t.same(
    [...body.matchAll(/__d\(\s*"(\w+)"/g)].map(([, name]) => name).sort(),
    ['Chosen', 'Leaf', 'Root'],
    'a module comes with all that it depends on',
  );
  t.match(body, MODULES.Leaf, 'with its text unchanged');
  t.same(await bundle(['Leaf', 'Root']), { status: 200, body: '' }, 'a document gets each module once');
  t.same(await bundle(['Nobody']), { status: 404, body: '' });
  for (const names of ['x', '{"a":1}', '[1]', 'null'])
    t.same(
      await get(site.port, `/bundle.js?names=${encodeURIComponent(names)}`),
      { status: 400, body: '' },
      names,
    );
  t.equal((await get(site.port, '/')).status, 200, 'it still answers');
  const worker = await get(site.port, '/static_resources/webworker_v1/init_script/?a=b');
  t.match(worker.body, /^var __realPageSettings/);
  t.not(/"document":"([^"]+)"/.exec(worker.body)?.[1], document);
  t.equal((await get(site.port, '/sw.js')).status, 404);
  t.same([...site.unknown], ['GET /sw.js']);
  const [rules] = site.chromiumArgs;
  for (const rule of [
    `MAP web.whatsapp.com:443 127.0.0.1:${site.port}`,
    `MAP web.whatsapp.com:5222 127.0.0.1:${site.port}`,
    'MAP mmg.whatsapp.net:443 127.0.0.1:4711',
    'MAP * ~NOTFOUND',
  ])
    t.match(rules, rule);
});

t.test('the socket of the page ends at the server of the chat', async (t) => {
  const chat = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(chat, 'listening');
  chat.on('connection', (socket) => socket.on('message', (data) => socket.send(`you said ${data}`)));
  await using site = await PageSite.start({
    ...{ modules: folder(t), chat: `ws://127.0.0.1:${(chat.address() as AddressInfo).port}/ws/chat` },
  });
  const socket = new WebSocket(`wss://127.0.0.1:${site.port}/ws/chat`, { rejectUnauthorized: false });
  await once(socket, 'open');
  socket.send('hello');
  const [answer] = (await once(socket, 'message')) as [Buffer];
  t.equal(String(answer), 'you said hello');
  const closed = once(socket, 'close');
  for (const one of chat.clients) one.terminate();
  await closed;
  await new Promise((done) => chat.close(done));
});
