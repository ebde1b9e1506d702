import { useSignalEffect } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import { excerpt } from './message-quote.tsx';
import type { Thread } from './thread.ts';
import { unreadMessages } from './unread.ts';

/** Messages stay in the live region this long, so that screen readers have begun to read them. */
const announcedMs = 5_000;

/** A live region: screen readers read new messages of other users aloud, but not older pages that are loaded. */
export function MessageAnnouncer({ thread }: { readonly thread: Thread }) {
  const { conversation, me } = thread;
  void thread.changes.value;
  const lastSeq = useRef(conversation.messages.at(-1)?.seq ?? 0);
  const [from, setFrom] = useState(Number.POSITIVE_INFINITY);
  useSignalEffect(() => {
    void thread.changes.value;
    const [first] = unreadMessages(conversation.messages, lastSeq.current, me);
    if (!first) return;
    setFrom((before) => Math.min(before, first.seq));
    lastSeq.current = conversation.messages.at(-1)?.seq ?? lastSeq.current;
  });
  useEffect(() => {
    const timer = setTimeout(() => setFrom(Number.POSITIVE_INFINITY), announcedMs);
    return () => clearTimeout(timer);
  }, [from]);
  return (
    <div class="visually-hidden" aria-live="polite">
      {unreadMessages(conversation.messages, from - 1, me).map((message) => (
        <p key={message.seq}>
          {message.from_user.name}: {excerpt(thread, message)}
        </p>
      ))}
    </div>
  );
}
