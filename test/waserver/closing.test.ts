/** A server that is closed leaves nothing: no connection holds it up, and nobody goes on waiting. */
import { once } from 'node:events';
import { connect } from 'node:net';
import t from 'tap';
import { makeCertificate } from '../../src/canary/certificate.js';
import { Entrance } from '../../src/canary/entrance.js';
import { ControlHttp } from '../../src/waserver/control/control-http.js';
import { WaServer } from '../../src/waserver/wa-server.js';
import { ME } from './world.js';

/** Whoever connects and says this is no client, and does not go by itself. */
const WORDS = ['', 'GET / HTTP/1.1\r\nHost: x\r\n', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'];

for (const words of WORDS)
  t.test(`connections that have said ${JSON.stringify(words)} end with it`, async (t) => {
    const server = await WaServer.start({ tls: makeCertificate(['localhost']) });
    const control = await ControlHttp.start(server);
    const entrance = await Entrance.open(makeCertificate(['localhost']), server.url);
    const ports = [server.url, control.url, `http://${server.mediaAddress}`].map((url) => new URL(url).port);
    const sockets = [...ports.map(Number), entrance.port].map((port) => connect(port, '127.0.0.1'));
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    const closed = sockets.map(
      (socket) => new Promise((done) => socket.on('error', () => undefined).once('close', done)),
    );
    for (const socket of sockets) socket.resume().write(words);
    await Promise.all([entrance.close(), control.close(), server.close()]);
    await Promise.all(closed);
    t.pass('nothing is left');
  });

t.test('everything that is waited for rejects, also later', async (t) => {
  const server = await WaServer.start();
  const phone = server.createPhone({ number: ME });
  const waiting = t.rejects(phone.waitForOnline(), {
    message: 'no linked device online: the server has ended',
  });
  await server.close();
  await waiting;
  await t.rejects(phone.waitForOnline(), /the server has ended/);
  await server.close();
});
