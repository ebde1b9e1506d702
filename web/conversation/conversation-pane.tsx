import { Composer } from '../composer/composer.tsx';
import { useConversation } from './use-conversation.ts';

/** The open conversation: head, messages, and where one writes. */
export function ConversationPane({ name }: { readonly name: string }) {
  const opened = useConversation(name);
  if (opened.is === 'opening') return <section class="conversation" aria-busy="true" />;
  if (opened.is === 'refused') return <section class="conversation">{opened.error.message}</section>;
  const { conversation } = opened;
  return (
    <section class="conversation">
      <ol>
        {conversation.messages.map(({ seq, from_user, message }) => (
          <li key={seq}>
            {from_user.name}: {message}
          </li>
        ))}
      </ol>
      <Composer conversation={conversation} />
    </section>
  );
}
