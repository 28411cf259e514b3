// `wactl pair`: requests a pairing code for a number.
import { command } from '../command.js';
import { renderPairing } from '../render/pairing.js';

export const pair = command({
  name: 'pair',
  group: 'Account',
  does: 'link by a code typed on the phone, instead of a QR',
  args: [{ name: 'NUMBER', required: true, does: "the phone's own number, with its country code" }],
  options: {},
  examples: [["wactl pair '+55 11 90000-0002'", 'show the code to type on that phone']],
  async run({ ask, args: [number = ''], show }) {
    const answer = await ask('session.pair', { number }, { writes: true });
    show(answer, () => renderPairing(answer));
    return 0;
  },
});
