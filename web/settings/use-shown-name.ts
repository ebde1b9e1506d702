import { useSigned } from '../chat/use-messenger.ts';

/** What others are shown as one's name. */
export function useShownName(): string {
  const { session, messenger } = useSigned();
  return session.accounts.value.find(({ username }) => username === messenger.me)?.name ?? messenger.me;
}
