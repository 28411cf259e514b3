// `wactl bugreport`: collects a bug report, with numbers and texts blanked.
import { execFile } from 'node:child_process';
import { Fault } from '../../protocol/fault.js';
import { type Context, command } from '../command.js';
import { isStdout, writeOut } from '../out.js';
import { printable } from '../output.js';
import { theWad, wadEnvironment, wadOptions } from '../program.js';
import { version } from '../version.js';

const DOCTOR_MS = 60_000;

/** What the doctor says as JSON, or why there is nothing. A doctor that found something exits 1 and is an answer all the same. */
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

/** Paths name people: their home, their account of the machine. */
const anonymous = (text: string): string =>
  text.replace(/\/(home|Users)\/[^/"\s]+/g, '/$1/USER').replace(/(?<![\d.])\d{7,}(?![\d.])/g, '#');

export const bugreport = command({
  name: 'bugreport',
  group: 'Daemon',
  does: 'write what helps to mend a fault, numbers and texts blanked',
  notes:
    'Versions, the states of late and why, what WhatsApp Web can do and lacks, errors inside its page with the names of\n' +
    'its modules, what the doctor says, and a picture of the page with all text made invisible. One JSON file (mode\n' +
    '0600), to read before it is given away. Works with the daemon down, with less in it.',
  args: [{ name: 'FILE', required: true, does: 'where to write it; - for stdout' }],
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
    // The picture is no text: what looks like digits in it is left alone.
    const blanked = JSON.parse(JSON.stringify({ ...report, daemon: rest }), (_, value: unknown) =>
      typeof value === 'string' ? anonymous(value) : value,
    );
    const whole = `${JSON.stringify({ ...blanked, picture }, null, 2)}\n`;
    await writeOut('bugreport', file, Buffer.from(whole));
    if (isStdout(file)) return 0;
    show(
      { file, bytes: whole.length },
      () => `Written to ${printable(file)}. Read it before you give it away.\n`,
    );
    return 0;
  },
});
