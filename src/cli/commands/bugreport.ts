// `wactl bugreport`: collects a bug report, with numbers and texts blanked.
import { execFile } from 'node:child_process';
import { Fault } from '../../protocol/fault.js';
import { type Context, command } from '../command.js';
import { isStdout, writeOut } from '../out.js';
import { printable } from '../output.js';
import { theWad, wadEnvironment, wadOptions } from '../program.js';
import { version } from '../version.js';

const DOCTOR_MS = 60_000;

/** The JSON output of `wad --doctor`, or the error. If it found a problem it exits 1, and its output is still used. */
function doctor(globals: Pick<Context, 'account' | 'named' | 'socket'>): Promise<unknown> {
  const [program = '', ...args] = theWad('bugreport');
  return new Promise((resolve) => {
    const line = [...args, '--doctor', ...wadOptions(globals), '--output', 'json'];
    const options = { timeout: DOCTOR_MS, env: wadEnvironment(globals) };
    execFile(program, line, options, (error, stdout) => {
      try {
        resolve(JSON.parse(stdout));
      } catch {
        resolve({ error: String(error?.message ?? 'no answer').split('\n', 1)[0] });
      }
    });
  });
}

/** Blanks user names in paths, and long numbers. */
const anonymous = (text: string): string =>
  text.replace(/\/(home|Users)\/[^/"\s]+/g, '/$1/USER').replace(/(?<![\d.])\d{7,}(?![\d.])/g, '#');

export const bugreport = command({
  name: 'bugreport',
  group: 'Daemon',
  does: 'write a bug report, with numbers and texts blanked',
  notes:
    'Contains versions, recent states with reasons, capabilities of WhatsApp Web, errors inside its page with the names of\n' +
    'its modules, the output of the doctor, and a picture of the page with all text made invisible. It is one JSON file (mode\n' +
    '0600); read it before passing it on. With the daemon down it contains less.',
  args: [{ name: 'FILE', required: true, does: 'the file to write; - for stdout' }],
  options: {},
  examples: [['wactl bugreport wad-report.json', 'attach it to an issue']],
  async run({ askAny, args: [file = '-'], show, ...globals }) {
    const daemon = await askAny('daemon.report', {}).catch((error: unknown) => {
      const { kind, message } = Fault.of(error);
      return { error: { kind, reason: message } };
    });
    const report = {
      made: new Date().toISOString(),
      wactl: version,
      node: process.versions.node,
      platform: `${process.platform} ${process.arch}`,
      daemon,
      doctor: await doctor(globals),
    };
    const { picture = null, ...rest } = daemon as { picture?: string | null };
    // The picture is base64, in which digits must not be blanked.
    const blanked = JSON.parse(JSON.stringify({ ...report, daemon: rest }), (_, value: unknown) =>
      typeof value === 'string' ? anonymous(value) : value,
    );
    const whole = `${JSON.stringify({ ...blanked, picture }, null, 2)}\n`;
    await writeOut('bugreport', file, Buffer.from(whole));
    if (isStdout(file)) return 0;
    show(
      { file, bytes: whole.length },
      () => `Written to ${printable(file)}. Read it before passing it on.\n`,
    );
    return 0;
  },
});
