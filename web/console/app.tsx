// The whole console: the form for the token, or the views of who is logged in.
import { useEffect, useMemo, useState } from 'preact/hooks';
import { Api } from './http/api.js';
import { Refusal } from './http/refusal.js';
import { Live } from './live/live.js';
import type { Caller } from './session/caller.js';
import { SessionContext } from './session/session.js';
import { forgetToken, savedToken, saveToken } from './session/token.js';
import { Login } from './views/login.js';
import { Shell } from './views/shell.js';

/** Reads who the token is. Only the answer of the gateway makes a login. */
export function App() {
  const [token, setToken] = useState(savedToken);
  const [caller, setCaller] = useState<Caller | null>(null);
  const [error, setError] = useState<Refusal | null>(null);

  const api = useMemo(() => {
    const leave = () => {
      forgetToken();
      setToken(null);
      setCaller(null);
    };
    return token === null ? null : new Api(token, leave);
  }, [token]);

  useEffect(() => {
    if (api === null || token === null) return;
    const stop = new AbortController();
    api.get<Caller>('/api/token', stop.signal).then(
      (answer) => {
        saveToken(token);
        setError(null);
        setCaller(answer);
      },
      (refused: unknown) => {
        if (stop.signal.aborted) return;
        setToken(null);
        setError(Refusal.from(refused));
      },
    );
    return () => stop.abort();
  }, [api, token]);

  const live = useMemo(() => (api === null || caller === null ? null : new Live(api)), [api, caller]);
  useEffect(() => {
    live?.start();
    return () => live?.close();
  }, [live]);

  const logOut = () => {
    forgetToken();
    setError(null);
    setCaller(null);
    setToken(null);
  };

  if (api === null || caller === null || live === null)
    return <Login error={error} busy={token !== null} onToken={setToken} />;
  return (
    <SessionContext.Provider value={{ api, caller, live }}>
      <Shell onLogOut={logOut} />
    </SessionContext.Provider>
  );
}
