// What an account does now, what happened to it, and the actions on its session.
import type { StateName } from '../../../src/protocol/state.js';
import type { Answered, Status } from '../../../src/protocol/types.js';
import { useAction } from '../live/use-action.js';
import { Ago } from '../parts/ago.js';
import { Confirm } from '../parts/confirm.js';
import { List } from '../parts/list.js';
import { Outcome } from '../parts/outcome.js';
import { useSession } from '../session/session.js';
import { bytes } from '../words/format.js';
import { Timeline } from './timeline.js';

interface Props {
  readonly account: string;
  readonly status: Status;
  readonly info: Answered<'daemon.info'> | null;
}

export function Overview({ account, status, info }: Props) {
  const { outbox, monitor } = status;
  return (
    <div class="columns">
      <section aria-labelledby="happened">
        <h2 id="happened">What happened</h2>
        <Timeline account={account} last={status.journal.last} />
      </section>
      <div>
        <section aria-labelledby="now">
          <h2 id="now">Now</h2>
          <List
            of={[
              ['Queue', `${outbox.queued} waiting, ${outbox.unknown} unknown, ${outbox.failed} failed`],
              ['Phone', status.session.platform],
              ['Browser memory', info?.browser.memoryBytes == null ? null : bytes(info.browser.memoryBytes)],
              ['Daemon memory', info === null ? null : bytes(info.rssBytes)],
              ['Daemon runs for', info === null ? null : <Ago at={info.startedAt} />],
              [
                'Last check',
                monitor.lastCheckAt === null ? null : (
                  <>
                    <Ago at={monitor.lastCheckAt} /> ago
                    {monitor.failures > 0 && `, failed ${monitor.failures} in a row`}
                  </>
                ),
              ],
            ]}
          />
        </section>
        <Actions account={account} status={status} />
      </div>
    </div>
  );
}

/** The states without a browser, and what starts one. */
const BEGIN: Partial<Record<StateName, string>> = { stopped: 'Start', failed: 'Start', hibernating: 'Wake' };

/** The states in which there is nothing to stop. */
const ENDED: readonly StateName[] = ['stopped', 'logging-out'];

/** Only those that the token may do, and that the state allows. */
function Actions({ account, status }: Omit<Props, 'info'>) {
  const { api, live, may } = useSession();
  const action = useAction();
  const does = (act: () => Promise<string>) =>
    action.run(async () => {
      const says = await act();
      live.refresh();
      return says;
    });
  const start = (restart: boolean) =>
    does(async () => {
      await api.call(account, 'session.initialize', restart ? { restart } : {});
      return restart ? 'The browser is being replaced.' : 'The account starts.';
    });
  if (!may('session.initialize') && !may('session.clear')) return null;
  const begin = BEGIN[status.status];
  return (
    <section aria-labelledby="actions">
      <h2 id="actions">Actions</h2>
      <div class="row">
        {may('session.initialize') && begin !== undefined && (
          <button type="button" disabled={action.busy} onClick={() => start(false)}>
            {begin}
          </button>
        )}
        {may('session.initialize') && begin === undefined && (
          <button type="button" disabled={action.busy} onClick={() => start(true)}>
            Restart the browser
          </button>
        )}
        {may('session.stop') && !ENDED.includes(status.status) && (
          <button
            type="button"
            disabled={action.busy}
            onClick={() => does(async () => (await api.call(account, 'session.stop')).message)}
          >
            Stop
          </button>
        )}
        {may('session.disconnect') && status.session.hasSession && (
          <Confirm
            label="Unlink the phone"
            title={`Unlink the phone from ${account}?`}
            busy={action.busy}
            onConfirm={() => does(async () => (await api.call(account, 'session.disconnect')).message)}
          >
            <p>The account stops. To use it again, a person must scan a code with the phone.</p>
          </Confirm>
        )}
        {may('session.clear') && (
          <Confirm
            label="Remove the session"
            title={`Remove the saved session of ${account}?`}
            busy={action.busy}
            onConfirm={() => does(async () => (await api.call(account, 'session.clear')).message)}
          >
            <p>
              The saved session is deleted, whatever state the account is in. If it is ready, the phone is
              unlinked first. A person must scan a code with the phone afterwards.
            </p>
          </Confirm>
        )}
      </div>
      <Outcome of={action} />
    </section>
  );
}
