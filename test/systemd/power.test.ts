/** After each way to take the machine down, the session is kept and the account becomes ready again. */
import { machineTest, UNIT } from './machine.js';

machineTest('a reboot, poweroff or halt of the machine keeps the session', async (t, machine) => {
  const { lab, phone } = machine;
  await machine.ready();
  await lab.must(`systemctl enable -q ${UNIT}`);
  const [device] = phone.devices;

  for (const [command, ending] of [
    ['systemctl reboot', 'reboot'],
    ['systemctl poweroff', 'poweroff'],
    ['shutdown -r now', 'reboot'],
    // In namespaces a halt looks like a poweroff.
    ['systemctl halt', 'poweroff'],
  ] as const) {
    t.equal(await lab.down(command), ending);
    t.equal(machine.exitType(), 'Normal', `${command}: the browser was closed cleanly`);
    t.same(machine.leftInProfile(), [], 'the browser has removed its locks');
    t.equal(phone.devices[0]?.id, device?.id, 'the phone still lists the device');
    t.equal(phone.devices[0]?.online, false);
    await lab.boot();
    await lab.until(`systemctl -q is-active ${UNIT}`);
    await lab.must('wactl wait ready');
    t.equal(phone.devices[0]?.id, device?.id, 'the link is the same, and no QR was shown');
    t.match(await machine.lastStop(), { session: 'keep', why: /^system:stopping$/ });
  }

  // To single-user mode and back, without a boot.
  for (const mode of ['rescue', 'emergency']) {
    await lab.must(`systemctl --no-block ${mode}`);
    await lab.until(`[ $(systemctl is-active ${UNIT}) = inactive ]`);
    t.equal(machine.exitType(), 'Normal', `${mode}: the browser was closed cleanly`);
    await lab.must('systemctl --no-block default');
    await lab.until(`systemctl -q is-active ${UNIT} && wactl wait ready`);
    t.equal(phone.devices[0]?.id, device?.id);
    t.match(await machine.lastStop(), { session: 'keep', why: /^(system:maintenance|transaction:)/ });
  }

  // Everything restarts except the kernel.
  const invocation = await machine.property('InvocationID');
  await lab.run('systemctl soft-reboot');
  await lab.until(
    `systemctl -q is-active ${UNIT} && [ $(systemctl show -P InvocationID ${UNIT}) != ${invocation} ]`,
  );
  await lab.must('wactl wait ready');
  t.equal(phone.devices[0]?.id, device?.id, 'soft-reboot: the same link');
  t.match(await machine.lastStop(), { session: 'keep', why: /^system:stopping$/ });

  t.match(
    await lab.down('systemctl poweroff --force'),
    'poweroff',
    'the machine goes down without stopping services',
  );
  t.equal(phone.devices[0]?.id, device?.id);
  await lab.boot();
  await lab.until(`systemctl -q is-active ${UNIT}`);
  await lab.must('wactl wait ready');
  t.equal(phone.devices[0]?.id, device?.id);
});
