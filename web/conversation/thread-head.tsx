import type { ConversationView } from '@parley/client';
import { ConversationAvatar } from '../people/conversation-avatar.tsx';
import { hrefOf } from '../route.ts';
import { otherOf, titleOf } from '../state/names.ts';
import { useMessenger } from '../state/session-context.ts';
import { IconButton } from '../ui/button.tsx';
import { Icon } from '../ui/icon.tsx';
import { presenceText } from './presence-text.ts';
import type { Thread } from './thread.ts';

/** In larger conversations the server sends no presence. */
const maxPresence = 100;

type Member = ConversationView['members'][number];

/** Title and presence of a conversation, and its buttons. */
export function ThreadHead(props: {
  readonly thread: Thread;
  readonly isSearching: boolean;
  readonly hasDetails: boolean;
  onSearch(): void;
  onDetails(): void;
}) {
  const { thread } = props;
  const messenger = useMessenger();
  void thread.changes.value;
  const { view, typing, ended } = thread.conversation;
  const isOnline = ({ username, online }: Member) => messenger.presence(username)?.online ?? online;
  const title = titleOf(view, thread.me);
  const other = otherOf(view, thread.me);
  const status = ended
    ? ''
    : presenceText({
        kind: view.kind,
        typing: typing.users.map(thread.nameOf),
        other: other === undefined ? undefined : messenger.presence(other),
        members: view.members.length,
        online: view.members.length > maxPresence ? 0 : view.members.filter(isOnline).length,
        now: Date.now(),
      });
  return (
    <header class="thread-head">
      <BackLink />
      <div class="thread-title">
        <ConversationAvatar view={view} size={2.5} />
        <span class="thread-names">
          <h2>
            <button type="button" aria-expanded={props.hasDetails} onClick={props.onDetails}>
              {title}
            </button>
          </h2>
          <span class="thread-presence">{status}</span>
        </span>
      </div>
      <IconButton
        icon="search"
        label="Search in this conversation"
        aria-expanded={props.isSearching}
        onClick={props.onSearch}
      />
      <IconButton icon="info" label="Details" aria-expanded={props.hasDetails} onClick={props.onDetails} />
    </header>
  );
}

export function BackLink() {
  return (
    <a class="icon-button back-link" href={hrefOf({ page: 'inbox' })} aria-label="Back to conversations">
      <Icon name="back" />
    </a>
  );
}
