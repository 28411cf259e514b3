/** The machine goes down and comes back: the session is kept, the browser closed in order, the account ready again. */
import { machineTest, UNIT } from './machine.js';

machineTest('what the whole machine does keeps the session', async (t, machine) => {
  const { lab, phone } = machine;
  await machine.ready();
  await lab.must(`systemctl enable -q ${UNIT}`);
  const [device] = phone.devices;

  for (const [command, ending] of [
    ['systemctl reboot', 'reboot'],
    ['systemctl poweroff', 'poweroff'],
    ['shutdown -r now', 'reboot'],
    // Namespaces tell no halt from a poweroff.
    ['systemctl halt', 'poweroff'],
  ] as const) {
    t.equal(await lab.down(command), ending);
    t.equal(machine.exitType(), 'Normal', `${command}: the browser was closed in order`);
    t.same(machine.leftInProfile(), [], 'and has taken its locks along');
    t.equal(phone.devices[0]?.id, device?.id, 'the phone still shows the device');
    t.equal(phone.devices[0]?.online, false);
    await lab.boot();
    await lab.until(`systemctl -q is-active ${UNIT}`);
    await lab.must('wactl wait ready');
    t.equal(phone.devices[0]?.id, device?.id, 'it is the same link, with no QR');
    t.match(await machine.lastStop(), { session: 'keep', why: /^system:stopping$/ });
  }

  // To a single user and back, without a boot between.
  for (const mode of ['rescue', 'emergency']) {
    await lab.must(`systemctl --no-block ${mode}`);
    await lab.until(`[ $(systemctl is-active ${UNIT}) = inactive ]`);
    t.equal(machine.exitType(), 'Normal', `${mode}: the browser was closed in order`);
    await lab.must('systemctl --no-block default');
    await lab.until(`systemctl -q is-active ${UNIT} && wactl wait ready`);
    t.equal(phone.devices[0]?.id, device?.id);
    t.match(await machine.lastStop(), { session: 'keep', why: /^(system:maintenance|transaction:)/ });
  }

  // Everything but the kernel begins anew.
  const invocation = await machine.property('InvocationID');
  await lab.run('systemctl soft-reboot');
  await lab.until(
    `systemctl -q is-active ${UNIT} && [ $(systemctl show -P InvocationID ${UNIT}) != ${invocation} ]`,
  );
  await lab.must('wactl wait ready');
  t.equal(phone.devices[0]?.id, device?.id, 'soft-reboot: the same link');
  t.match(await machine.lastStop(), { session: 'keep', why: /^system:stopping$/ });

  t.match(await lab.down('systemctl poweroff --force'), 'poweroff', 'without any stop of a service');
  t.equal(phone.devices[0]?.id, device?.id);
  await lab.boot();
  await lab.until(`systemctl -q is-active ${UNIT}`);
  await lab.must('wactl wait ready');
  t.equal(phone.devices[0]?.id, device?.id);
});
