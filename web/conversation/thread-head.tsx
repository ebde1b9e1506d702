import { useMessenger } from '../chat/use-messenger.ts';
import { ConversationAvatar } from '../people/conversation-avatar.tsx';
import { otherOf, titleOf } from '../people/names.ts';
import { addressOf } from '../route.ts';
import { Icon } from '../ui/icon.tsx';
import { presenceWords } from './presence-words.ts';
import type { Thread } from './thread.ts';

/** Whose conversation it is, and who is here. */
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
  const title = titleOf(view, thread.me);
  const other = otherOf(view, thread.me);
  const presence = other === undefined ? undefined : messenger.presence(other);
  const words = ended ? '' : presenceWords(view, typing.users.map(thread.nameOf), presence, Date.now());
  return (
    <header class="thread-head">
      <BackLink />
      <button type="button" class="thread-title" aria-expanded={props.hasDetails} onClick={props.onDetails}>
        <ConversationAvatar view={view} size={2.5} />
        <span class="thread-names">
          <h2>{title}</h2>
          <span class="thread-presence">{words}</span>
        </span>
      </button>
      <button
        type="button"
        class="icon-button"
        aria-label="Search in this conversation"
        aria-expanded={props.isSearching}
        onClick={props.onSearch}
      >
        <Icon name="search" />
      </button>
      <button
        type="button"
        class="icon-button"
        aria-label="Details"
        aria-expanded={props.hasDetails}
        onClick={props.onDetails}
      >
        <Icon name="info" />
      </button>
    </header>
  );
}

export function BackLink() {
  return (
    <a class="icon-button back-link" href={addressOf({ at: 'inbox' })} aria-label="Back to conversations">
      <Icon name="back" />
    </a>
  );
}
