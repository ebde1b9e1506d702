import { useConversation, useMessages, useTyping } from '@parley/react';
import { type KeyboardEvent, useEffect } from 'react';

/** The messages of a conversation, and a field to write one. */
export function Thread({ name, me }: { readonly name: string; readonly me: string }) {
  const { status, conversation, error } = useConversation(name);
  const { messages, pending, hasOlder, loadOlder, window } = useMessages(conversation);
  const typing = useTyping(conversation);
  const newest = messages.at(-1)?.seq;
  useEffect(() => {
    if (newest !== undefined) conversation?.read(newest);
  }, [conversation, newest]);

  const write = (event: KeyboardEvent<HTMLInputElement>) => {
    typing.keystroke();
    if (event.key !== 'Enter' || event.currentTarget.value.trim() === '') return;
    // It is shown at once, and sent until the server has answered: nobody has to wait for the promise.
    conversation?.send(event.currentTarget.value).catch(() => {});
    event.currentTarget.value = '';
  };

  if (status === 'failed') return <p role="alert">{error.message}</p>;
  if (status === 'opening') return <p role="status">Opening…</p>;
  return (
    <section aria-label={name}>
      {hasOlder && (
        <button type="button" onClick={() => loadOlder().catch(() => {})}>
          Older
        </button>
      )}
      <ol aria-label="Messages">
        {messages.map((message) => (
          <li key={message.seq}>
            <b>{message.from_user.name}</b> {message.deleted ? <i>deleted</i> : message.message}{' '}
            <small>{window?.stateOf(message)}</small>
          </li>
        ))}
        {pending.map(({ client_id, action }) => (
          <li key={client_id}>
            <b>{me}</b> {action.message} <small>sending</small>
          </li>
        ))}
      </ol>
      <p role="status">{typing.users.length > 0 && `${typing.users.join(', ')} typing…`}</p>
      {conversation.ended ? (
        <p>You are not a member any more.</p>
      ) : (
        <input aria-label="Message" onKeyDown={write} autoComplete="off" />
      )}
    </section>
  );
}
