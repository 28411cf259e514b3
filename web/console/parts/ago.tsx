// A time as the time since then, which stays current. The exact time is in its title.
import { useEffect, useState } from 'preact/hooks';
import { duration } from '../words/format.js';

const PACE_MS = 5_000;

export function Ago({ at }: { readonly at: string }) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), PACE_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <time dateTime={at} title={new Date(at).toLocaleString()}>
      {duration(Math.max(now, Date.now()) - Date.parse(at))}
    </time>
  );
}
