import type { ConversationView } from '@parley/client';
import { useMessenger } from '../chat/use-messenger.ts';
import { ConversationAvatar } from '../people/conversation-avatar.tsx';
import { otherOf, titleOf } from '../people/names.ts';
import { addressOf } from '../route.ts';
import { Icon } from '../ui/icon.tsx';
import { presenceWords } from './presence-words.ts';
import type { Thread } from './thread.ts';

/** Of more than this many nobody is told who is here. */
const counted = 100;

type Member = ConversationView['members'][number];

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
  const isHere = ({ username, online }: Member) => messenger.presence(username)?.online ?? online;
  const title = titleOf(view, thread.me);
  const other = otherOf(view, thread.me);
  const words = ended
    ? ''
    : presenceWords({
        kind: view.kind,
        typing: typing.users.map(thread.nameOf),
        other: other === undefined ? undefined : messenger.presence(other),
        members: view.members.length,
        online: view.members.length > counted ? 0 : view.members.filter(isHere).length,
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
          <span class="thread-presence">{words}</span>
        </span>
      </div>
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
