// The frame around every view: who is logged in, whether the gateway answers, and the view that the address names.
import { useEffect, useRef } from 'preact/hooks';
import { useLive } from '../live/use-live.js';
import { type Route, useRoute } from '../route.js';
import { useSession } from '../session/session.js';
import { AccountView } from './account.js';
import { Accounts } from './accounts.js';

export function Shell({ onLogOut }: { readonly onLogOut: () => void }) {
  const route = useRoute();
  const main = useRef<HTMLElement>(null);
  const { caller } = useSession();
  const place = placeOf(route);

  // A screen reader and the keyboard continue at the top of the new view.
  const before = useRef(place);
  useEffect(() => {
    document.title = route.view === 'accounts' ? 'WhatsApp accounts' : `${route.account} – WhatsApp accounts`;
    if (before.current === place) return;
    before.current = place;
    main.current?.querySelector<HTMLElement>('h1')?.focus();
  }, [place, route]);

  return (
    <>
      <header class="bar">
        <a class="home" href="#/">
          WhatsApp accounts
        </a>
        <span class="who">
          <span class="quiet-text">{caller.name}</span>
          <button type="button" class="quiet" onClick={onLogOut}>
            Log out
          </button>
        </span>
      </header>
      <Away />
      <main ref={main}>
        {route.view === 'accounts' ? (
          <Accounts />
        ) : (
          <AccountView key={route.account} account={route.account} tab={route.tab} item={route.item} />
        )}
      </main>
    </>
  );
}

/** Moves within an account keep the focus where it is. */
const placeOf = (route: Route): string => (route.view === 'accounts' ? '' : route.account);

/** A banner while no events arrive. What is shown below may be old. */
function Away() {
  const { connection, refusal } = useLive();
  const why =
    refusal === null ? 'The gateway does not answer.' : `The gateway sends no events: ${refusal.message}`;
  return (
    <div role="status" class="away" data-connection={connection}>
      {connection === 'away' && <p>{why} What is shown here may be old; this page keeps trying.</p>}
    </div>
  );
}
