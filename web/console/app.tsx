// The whole console: the form for the token, or the views of who is logged in.
import { useEffect, useMemo, useState } from 'preact/hooks';
import { Api } from './http/api.js';
import { Refusal } from './http/refusal.js';
import { Live } from './live/live.js';
import { go } from './route.js';
import type { Caller } from './session/caller.js';
import { SessionContext } from './session/session.js';
import { forgetToken, savedToken, saveToken } from './session/token.js';
import { Entering } from './views/entering.js';
import { Login } from './views/login.js';
import { Shell } from './views/shell.js';

/** How soon the gateway is asked again when it does not answer. */
const AGAIN_MS = 2_000;

/** Reads whose token it is. Only an answer of the gateway makes a login. */
export function App() {
  const [token, setToken] = useState(savedToken);
  const [caller, setCaller] = useState<Caller | null>(null);
  const [error, setError] = useState<Refusal | null>(null);
  const [attempt, setAttempt] = useState(0);

  const leave = (why: Refusal | null) => {
    forgetToken();
    setError(why);
    setCaller(null);
    setToken(null);
  };
  const api = useMemo(() => (token === null ? null : new Api(token, leave)), [token]);

  useEffect(() => {
    if (api === null || token === null) return;
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    api.get<Caller>('/api/token', stop.signal).then(
      (answer) => {
        saveToken(token);
        setError(null);
        setCaller(answer);
      },
      (refused: unknown) => {
        if (stop.signal.aborted) return;
        setError(Refusal.from(refused));
        timer = setTimeout(() => setAttempt((n) => n + 1), AGAIN_MS);
      },
    );
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [api, token, attempt]);

  const live = useMemo(() => (api === null || caller === null ? null : new Live(api)), [api, caller]);
  useEffect(() => {
    live?.start();
    return () => live?.close();
  }, [live]);

  if (api === null) return <Login error={error} onToken={setToken} />;
  if (caller === null || live === null) return <Entering error={error} onCancel={() => leave(null)} />;
  return (
    <SessionContext.Provider value={{ api, caller, live }}>
      <Shell
        onLogOut={() => {
          leave(null);
          go('#/');
        }}
      />
    </SessionContext.Provider>
  );
}
