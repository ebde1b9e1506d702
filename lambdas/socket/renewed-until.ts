import type { TimedStore } from '../runtime/services.ts';
import { type Connection, getUser } from '../store/user.ts';

/** Connection → ms; what this environment knows of renewals, so that it reads the table once for each. */
const known = new Map<string, number>();
const knownMaximum = 10_000;

export function noteRenewal(connectionId: string, expires: number): void {
  known.delete(connectionId);
  known.set(connectionId, expires);
  const [oldest] = known.keys();
  if (known.size > knownMaximum && oldest !== undefined) known.delete(oldest);
}

/** Until when (ms) a connection may be used whose first token has expired: by the last token that came on it. */
export async function renewedUntil(
  services: TimedStore,
  { username, id }: Pick<Connection, 'username' | 'id'>,
): Promise<number> {
  const noted = known.get(id) ?? 0;
  if (noted > services.now()) return noted;
  const user = await getUser(services, username, { consistent: true });
  const expires = user?.connections.find((connection) => connection.id === id)?.expires ?? 0;
  noteRenewal(id, expires);
  return expires;
}
