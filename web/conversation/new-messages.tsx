import { useSignalEffect } from '@preact/signals';
import { useRef, useState } from 'preact/hooks';
import { briefly } from './message-quote.tsx';
import type { Thread } from './thread.ts';
import { unreadAmong } from './unread.ts';

/** Reads what others say aloud when it comes; older pages are not read. */
export function NewMessages({ thread }: { readonly thread: Thread }) {
  const { conversation, me } = thread;
  const told = useRef(conversation.messages.at(-1)?.seq ?? 0);
  const [text, setText] = useState('');
  useSignalEffect(() => {
    void thread.changes.value;
    const fresh = unreadAmong(conversation.messages, told.current, me);
    if (fresh.length === 0) return;
    told.current = fresh.at(-1)?.seq ?? told.current;
    setText(fresh.map((message) => `${message.from_user.name}: ${briefly(message)}`).join('. '));
  });
  return (
    <p class="unseen" role="status">
      {text}
    </p>
  );
}
