/** Each state of a capability has a word, and the word names the state. */
import t from 'tap';
import {
  type CapabilityState,
  capabilityWord,
  isWorking,
  stateOfWord,
} from '../../../src/protocol/capability.js';

const ROWS: readonly (readonly [CapabilityState, string, boolean])[] = [
  [{ state: 'ok' }, 'ok', true],
  [{ state: 'patched' }, 'patched', true],
  [{ state: 'degraded', why: 'failed: no account' }, 'degraded: failed: no account', false],
  [{ state: 'missing', what: ['WAWebX', 'WAWebY.member'] }, 'missing: WAWebX, WAWebY.member', false],
];

t.test('a state is shown as a word, and its name is read from the word', async (t) => {
  for (const [state, word, works] of ROWS) {
    t.equal(capabilityWord(state), word);
    t.equal(stateOfWord(word), state.state);
    t.equal(isWorking(stateOfWord(word)), works, word);
  }
});
