// `wactl webhook`: lists webhooks, tests them, and redrives dead letters.
import { Fault } from '../../protocol/fault.js';
import { command } from '../command.js';
import { showList } from '../listing.js';
import { renderLetters, renderWebhooks } from '../render/webhook.js';

const VERBS = ['list', 'test', 'dead', 'redrive'] as const;
const NOT_TAKEN = 1;

export const webhook = command({
  name: 'webhook',
  group: 'Messages and events',
  does: 'list and test webhooks; show and resend dead letters',
  verbs: [
    ['list', 'every webhook, how far behind it is, and its state (the default)'],
    ['test NAME', 'post a test; if it is accepted, waiting events are retried at once'],
    ['dead NAME', 'dead letters: dropped events, with the reasons'],
    ['redrive NAME', 'post dead letters again, oldest first, until one is refused'],
  ],
  notes: 'Exits 1 when the test or a dead letter was refused.',
  args: [
    { name: 'VERB', required: false, does: 'list, test, dead or redrive', choices: VERBS },
    { name: 'NAME', required: false, does: 'the name of the webhook: crm for [webhook.crm]' },
  ],
  options: {},
  examples: [
    ['wactl webhook', 'the state of each webhook'],
    ['wactl webhook test crm', 'does the receiver accept requests?'],
    ['wactl webhook redrive crm', 'deliver the dead letters again'],
  ],
  async run({ ask, args, show, note, warn, output }) {
    const [verb = 'list', name] = args;
    const refuse = (reason: string): never => {
      throw new Fault('usage', { reason: `webhook ${verb} ${reason}`, hint: 'wactl webhook --help' });
    };
    if (verb === 'list') {
      if (name !== undefined) refuse('takes no NAME');
      const answer = await ask('webhook.list', {});
      show(answer, () => renderWebhooks(answer.webhooks));
      if (answer.webhooks.length === 0)
        warn('no webhook is configured: add a table [webhook.NAME] with a url, see wad.toml(5)');
      return 0;
    }
    if (name === undefined) return refuse('needs the NAME of a webhook');
    if (verb === 'dead') {
      const answer = await ask('webhook.dead', { name });
      showList({ show, note, output }, answer, renderLetters(answer), 'there are no dead letters');
      return 0;
    }
    if (verb === 'test') {
      const answer = await ask('webhook.test', { name }, { writes: true });
      const { taken, status, says, ms } = answer;
      show(answer, () => (taken ? `taken  ${status}  ${ms} ms\n` : `not taken  ${says}\n`));
      return taken ? 0 : NOT_TAKEN;
    }
    const answer = await ask('webhook.redrive', { name }, { writes: true });
    show(answer, () => `${answer.taken} taken, ${answer.left} left\n`);
    if (answer.says !== null) warn(`the receiver refused the last one: ${answer.says}`);
    return answer.says === null ? 0 : NOT_TAKEN;
  },
});
