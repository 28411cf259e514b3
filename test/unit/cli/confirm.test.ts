// A question before something is removed: only a yes is one.
import { PassThrough } from 'node:stream';
import t from 'tap';
import { isConfirmed } from '../../../src/cli/confirm.js';

const asked = (typed: string | null): Promise<boolean> => {
  const input = new PassThrough();
  const answer = isConfirmed('Remove it?', { input, output: new PassThrough() });
  if (typed === null) input.end();
  else input.write(typed);
  return answer;
};

for (const [typed, means] of [
  ['y\n', true],
  ['Yes \n', true],
  ['\n', false],
  ['yesterday\n', false],
  [null, false],
] as const)
  t.test(`${JSON.stringify(typed ?? 'the end of the input')} is ${means ? 'a yes' : 'a no'}`, async (t) => {
    t.equal(await asked(typed), means);
  });
