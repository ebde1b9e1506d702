import { ConversationAvatar } from '../people/conversation-avatar.tsx';
import { memberCount } from '../people/member-count.ts';
import { backToInbox, hrefOf } from '../route.ts';
import { otherOf, titleOf, typingText } from '../state/names.ts';
import { useMessenger } from '../state/session-context.ts';
import { IconButton } from '../ui/button.tsx';
import { Icon } from '../ui/icon.tsx';
import { presenceText } from '../ui/times.ts';
import { t } from '../words/words.ts';
import type { Thread } from './thread.ts';

/** Title and presence of a conversation, and its buttons. */
export function ThreadHead(props: {
  readonly thread: Thread;
  readonly isSearching: boolean;
  readonly hasDetails: boolean;
  onSearch(): void;
  onDetails(): void;
}) {
  const { thread } = props;
  void thread.changes.value;
  const { view } = thread.conversation;
  const presence = usePresenceText(thread);
  return (
    <header class="thread-head">
      <BackLink />
      <div class="thread-title">
        <ConversationAvatar view={view} size={2.5} />
        <span class="thread-names">
          <h2 dir="auto">
            <button type="button" aria-expanded={props.hasDetails} onClick={props.onDetails}>
              {titleOf(view, thread.me)}
            </button>
          </h2>
          <span class="thread-presence">{presence}</span>
        </span>
      </div>
      <IconButton
        icon="search"
        label={t('Search in this conversation')}
        aria-expanded={props.isSearching}
        onClick={props.onSearch}
      />
      <IconButton icon="info" label={t('Details')} aria-expanded={props.hasDetails} onClick={props.onDetails} />
    </header>
  );
}

/** Who is typing, whether the other user is online, or how many members there are and are online; empty if nothing is known. */
function usePresenceText({ conversation, me, nameOf }: Thread): string {
  const { presence } = useMessenger();
  const { view, typing, ended } = conversation;
  if (ended) return '';
  if (typing.users.length > 0) return typingText(typing.users.map(nameOf), view.kind);
  const other = otherOf(view, me);
  if (other !== undefined) return presenceText(presence(other));
  if (view.online !== undefined) return memberCount(view);
  const { members } = view;
  const online = members.filter((member) => presence(member.username)?.online ?? member.online).length;
  return memberCount({ member_count: members.length, online: online || null });
}

export function BackLink() {
  return (
    <a
      class="icon-button back-link"
      href={hrefOf({ page: 'inbox' })}
      aria-label={t('Back to conversations')}
      onClick={(event) => {
        // With these keys the browser opens another tab or window.
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        backToInbox();
      }}
    >
      <Icon name="back" />
    </a>
  );
}
