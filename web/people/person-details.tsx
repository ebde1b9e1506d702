import { useMessenger } from '../chat/use-messenger.ts';
import { seenWords } from '../ui/times.ts';
import { plainName } from './names.ts';

/** Below somebody's name: the user name, and whether they are here. */
export function PersonDetails({ username }: { readonly username: string }) {
  const { presence } = useMessenger();
  const { online, last_seen } = presence(username) ?? { online: false, last_seen: null };
  return (
    <p class="quiet">
      @{plainName(username)}
      {online ? ' · online' : last_seen !== null && ` · ${seenWords(last_seen, Date.now())}`}
    </p>
  );
}
