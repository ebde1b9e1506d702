import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { DemoPerson } from './demo.ts';
import type { Session } from './session.ts';
import type { SignInWay } from './sign-in-way.ts';

/** What the page has for who is not signed in, or wants to be somebody else as well. */
export interface Door {
  readonly session: Session;
  readonly way: SignInWay;
  /** People whom everybody may be: on a runtime of one's own. */
  demo(): Promise<readonly DemoPerson[]>;
}

export const DoorContext = createContext<Door | undefined>(undefined);

export function useDoor(): Door {
  const door = useContext(DoorContext);
  if (!door) throw new Error('there is no way in here');
  return door;
}
