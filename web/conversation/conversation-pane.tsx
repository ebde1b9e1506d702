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
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const field = event.currentTarget.elements.namedItem('message');
          if (!(field instanceof HTMLInputElement) || field.value.trim() === '') return;
          conversation.send(field.value);
          field.value = '';
        }}
      >
        <input name="message" aria-label="Message" autocomplete="off" />
      </form>
    </section>
  );
}
