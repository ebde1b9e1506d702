import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Session } from '../session/session.ts';
import type { Messenger } from './messenger.ts';

/** Available to every component while a user is signed in. */
export interface ActiveSession {
  readonly session: Session;
  readonly messenger: Messenger;
}

export const SessionContext = createContext<ActiveSession | undefined>(undefined);

export function useSession(): ActiveSession {
  const active = useContext(SessionContext);
  if (!active) throw new Error('there is no SessionContext.Provider');
  return active;
}

export function useMessenger(): Messenger {
  return useSession().messenger;
}
