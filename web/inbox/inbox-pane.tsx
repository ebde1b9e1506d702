import { useMessenger } from '../chat/use-messenger.ts';
import { addressOf } from '../route.ts';

/** All conversations, latest first. */
export function InboxPane() {
  const { conversations } = useMessenger();
  return (
    <nav class="inbox" aria-label="Conversations">
      <ul>
        {conversations.value.map(({ id, title, unread_count }) => (
          <li key={id}>
            <a href={addressOf({ at: 'conversation', name: id })}>
              {title ?? id} {unread_count}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
