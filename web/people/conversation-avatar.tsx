import type { ConversationView } from '@parley/client';
import { otherOf, titleOf } from '../state/names.ts';
import { useMessenger } from '../state/session-context.ts';
import { Avatar } from '../ui/avatar.tsx';
import { steadyAddress } from '../ui/steady-address.ts';
import { PersonAvatar } from './person-avatar.tsx';

/** The avatar of the other user of a direct conversation, else the conversation's picture or a letter in a square. */
export function ConversationAvatar({ view, size }: { readonly view: ConversationView; readonly size?: number }) {
  const { me } = useMessenger();
  const title = titleOf(view, me);
  const other = otherOf(view, me);
  if (other !== undefined) return <PersonAvatar username={other} name={title} size={size} />;
  return (
    <span class="person-avatar" data-of="many">
      <Avatar name={title} picture={steadyAddress(view.picture)} size={size} />
    </span>
  );
}
