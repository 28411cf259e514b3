// `wactl call`: calls any method of the daemon by its name.
import { Fault } from '../../protocol/fault.js';
import { command } from '../command.js';
import { json } from '../output.js';
import { readStdin } from '../stdin.js';

/**
 * Method → effect, inserted by the bundler from the table of methods. When the answer of a method that writes is lost, its
 * outcome is unknown; so is that of a method of a newer daemon.
 */
declare const METHOD_EFFECTS: Readonly<Record<string, 'reads' | 'writes'>>;

async function paramsOf(given = '{}'): Promise<Record<string, unknown>> {
  const text = given === '-' ? await readStdin(1024 * 1024) : given;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new Fault('usage', {
      reason: `call: the parameters are not JSON: ${(cause as Error).message}`,
      hint: 'wactl call --help',
      cause,
    });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Fault('usage', {
      reason: 'call: the parameters must be a JSON object',
      hint: 'wactl call --help',
    });
  }
  return value as Record<string, unknown>;
}

export const call = command({
  name: 'call',
  group: 'Daemon',
  does: 'call any method of the daemon with JSON',
  notes: 'Prints the result as JSON, whatever -o says. `wactl call rpc.discover` lists the methods.',
  args: [
    { name: 'METHOD', required: true, does: 'its name' },
    { name: 'JSON', required: false, does: 'parameters, an object; - for stdin' },
  ],
  options: {},
  examples: [
    ['wactl call daemon.info', 'version and process of the daemon'],
    [`wactl call message.get '{"id":"m-1"}'`, 'the state of a sent message'],
    [`wactl call message.get '{"id":"AC0C1D2E3F"}'`, "a received message, by its key or WhatsApp's id"],
    ["wactl call rpc.discover | jq -r '.methods[].name'", 'all methods'],
  ],
  async run({ askAny, args: [method = '', given], output, show }) {
    const params = await paramsOf(given);
    const answer = await askAny(method, params, { writes: METHOD_EFFECTS[method] !== 'reads' });
    show(answer, () => json(answer, output === 'text' ? 'json' : output));
    return 0;
  },
});
