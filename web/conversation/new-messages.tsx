import { useSignalEffect } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import { briefly } from './message-quote.tsx';
import type { Thread } from './thread.ts';
import { unreadAmong } from './unread.ts';

/** ms in which something is begun to be read aloud */
const soon = 5_000;

/** Has what others say read aloud when it comes; older pages are not. */
export function NewMessages({ thread }: { readonly thread: Thread }) {
  const { conversation, me } = thread;
  void thread.changes.value;
  const told = useRef(conversation.messages.at(-1)?.seq ?? 0);
  const [from, setFrom] = useState(Number.POSITIVE_INFINITY);
  useSignalEffect(() => {
    void thread.changes.value;
    const [fresh] = unreadAmong(conversation.messages, told.current, me);
    if (!fresh) return;
    setFrom((before) => Math.min(before, fresh.seq));
    told.current = conversation.messages.at(-1)?.seq ?? told.current;
  });
  useEffect(() => {
    const timer = setTimeout(() => setFrom(Number.POSITIVE_INFINITY), soon);
    return () => clearTimeout(timer);
  }, [from]);
  return (
    <div class="unseen" aria-live="polite">
      {unreadAmong(conversation.messages, from - 1, me).map((message) => (
        <p key={message.seq}>
          {message.from_user.name}: {briefly(message)}
        </p>
      ))}
    </div>
  );
}
