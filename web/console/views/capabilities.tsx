// What this build of WhatsApp Web lets the account do, and the versions of what is running.
import { isWorking, stateOfWord } from '../../../src/protocol/capability.js';
import type { Status } from '../../../src/protocol/types.js';
import { Badge } from '../parts/badge.js';
import { List } from '../parts/list.js';
import type { Labelled } from '../words/states.js';

const WORDS: Readonly<Record<string, Labelled>> = {
  ok: ['good', 'Works'],
  patched: ['good', 'Works, repaired'],
  degraded: ['wait', 'Limited'],
  missing: ['bad', 'Does not work'],
};

export function Capabilities({ status: { capabilities, versions } }: { readonly status: Status }) {
  // What does not work comes first.
  const rows = Object.entries(capabilities).sort(
    ([, a], [, b]) => Number(isWorking(stateOfWord(a))) - Number(isWorking(stateOfWord(b))),
  );
  return (
    <>
      <section aria-labelledby="capabilities">
        <h2 id="capabilities">Capabilities of this WhatsApp Web</h2>
        {rows.length === 0 ? (
          <p>They are known once a page was loaded.</p>
        ) : (
          <table aria-labelledby="capabilities">
            <thead>
              <tr>
                <th scope="col">Capability</th>
                <th scope="col">State</th>
              </tr>
            </thead>
            <tbody>
              {rows.map(([name, word]) => (
                <tr key={name}>
                  <th scope="row">
                    <code>{name}</code>
                  </th>
                  <td>
                    <Badge is={WORDS[stateOfWord(word)] ?? ['wait', word]} />
                    {word.includes(':') && (
                      <span class="below">{word.slice(word.indexOf(':') + 1).trim()}</span>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </section>
      <section aria-labelledby="versions">
        <h2 id="versions">Versions</h2>
        <List
          of={[
            ['wad', versions.wad],
            ['WhatsApp Web', versions.whatsappWeb],
            ['whatsapp-web.js', versions.whatsappWebJs],
            ['Browser', versions.browser],
            ['Node.js', versions.node],
          ]}
        />
      </section>
    </>
  );
}
