import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Session } from '../session/session.ts';
import type { Messenger } from './messenger.ts';

/** What everything below a signed in page may use. */
export interface Signed {
  readonly session: Session;
  readonly messenger: Messenger;
}

export const SignedContext = createContext<Signed | undefined>(undefined);

export function useSigned(): Signed {
  const signed = useContext(SignedContext);
  if (!signed) throw new Error('nobody is signed in here');
  return signed;
}

export function useMessenger(): Messenger {
  return useSigned().messenger;
}
