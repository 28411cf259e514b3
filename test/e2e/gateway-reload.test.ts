/** SIGHUP has a gateway read its certificate again, and ends one whose terminal was closed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { generate } from 'selfsigned';
import t from 'tap';
import { eventually } from '../harness/eventually.js';
import { GatewayHome, WAD_GATEWAY } from '../harness/gateway.js';
import { isAlive } from '../harness/processes.js';
import { wactl } from '../harness/wactl.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(120_000);

/** The name in the certificate that a new connection gets. */
async function nameAt(url: string): Promise<string> {
  const { hostname: host, port } = new URL(url);
  const socket = connect({ host, port: Number(port), rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const { CN } = socket.getPeerCertificate().subject;
  socket.destroy();
  return String(CN);
}

t.test('SIGHUP has the certificate read again, and connections go on', async (t) => {
  await using machine = await GatewayHome.make();
  const files = { cert: join(machine.dir, 'cert.pem'), key: join(machine.dir, 'key.pem') };
  const certify = async (name: string): Promise<void> => {
    const pems = await generate([{ name: 'commonName', value: name }], {
      keySize: 2048,
      algorithm: 'sha256',
    });
    writeFileSync(files.cert, pems.cert);
    writeFileSync(files.key, pems.private);
  };
  await certify('first.example');
  const gateway = await machine.start({
    env: { WAD_GATEWAY_CERT_FILE: files.cert, WAD_GATEWAY_KEY_FILE: files.key },
  });
  const { hostname: host, port } = new URL(gateway.url);
  const open = connect({ host, port: Number(port), rejectUnauthorized: false });
  t.teardown(() => open.destroy());
  await once(open, 'secureConnect');
  const reloads = () => gateway.log.records.filter(({ event }) => event === 'tls.reloaded').length;
  // The files have not changed, so nothing else has them read.
  gateway.child.kill('SIGHUP');
  await gateway.log.logged('tls.reloaded', undefined, { timeoutMs: 20_000 });
  t.equal(reloads(), 1);
  await certify('second.example');
  gateway.child.kill('SIGHUP');
  await eventually(async () => (await nameAt(gateway.url)) === 'second.example', 'the new certificate');
  writeFileSync(files.key, 'no key');
  gateway.child.kill('SIGHUP');
  await gateway.log.logged('tls.not_reloaded', undefined, { timeoutMs: 20_000 });
  t.equal(await nameAt(gateway.url), 'second.example', 'files that are damaged change nothing');
  let answer = '';
  open.setEncoding('utf8').on('data', (text: string) => {
    answer += text;
  });
  open.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  await once(open, 'end');
  t.match(answer, /"status":"ok"/, 'an open connection goes on');
  t.equal(await gateway.stop(), 0);
});

t.test('a gateway ends with its terminal', async (t) => {
  await using machine = await GatewayHome.make();
  const env = { ...machine.env, WAD_GATEWAY_LISTEN: '127.0.0.1:0' };
  const command = `exec '${process.execPath}' '${WAD_GATEWAY}'`;
  const terminal = spawn('script', ['-qfc', command, '/dev/null'], { env, cwd: machine.dir });
  t.teardown(() => terminal.kill('SIGKILL'));
  let output = '';
  terminal.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  await eventually(() => /gateway.listening/.test(output), 'it serves');
  const { stdout } = await wactl(['-o', 'json', 'gateway'], { env: machine.env });
  const { pid } = JSON.parse(stdout) as { pid: number };
  t.ok(isAlive(pid));
  terminal.kill('SIGKILL');
  await eventually(() => !isAlive(pid), 'it has ended');
});
