import { useCallback, useId, useMemo, useRef, useState } from 'preact/hooks';
import { lazy } from '../ui/lazy.tsx';
import { dayName } from '../ui/times.ts';
import { tell } from '../ui/toast.tsx';
import { groupMessages } from './group-messages.ts';
import { wasOpen } from './message-menu-state.ts';
import { MessageRow } from './message-row.tsx';
import { moveAmongRows } from './move-among-rows.ts';
import { NewMessages } from './new-messages.tsx';
import { PendingRow } from './pending-row.tsx';
import type { Thread } from './thread.ts';
import { tickOf } from './ticks.ts';
import { ToLatest } from './to-latest.tsx';
import { unreadAmong } from './unread.ts';
import { useNear } from './use-near.ts';
import { useThreadScroll } from './use-thread-scroll.ts';

const MessageMenu = lazy((more) => more.MessageMenu);

/** What was said, by days, and where one is in it. */
export function ThreadView({ thread }: { readonly thread: Thread }) {
  const { me, conversation } = thread;
  const messages = thread.messages.value;
  const pending = thread.pending.value;
  const ticks = thread.ticks.value;
  const newest = thread.atNewest.value;
  const older = thread.hasOlder.value;

  // It stays where it was when the thread was opened.
  const [divider] = useState(() => unreadAmong(messages, conversation.readUpTo, me)[0]?.seq);
  const help = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const top = useRef<HTMLDivElement>(null);
  const bottom = useRef<HTMLDivElement>(null);
  const { isAway, toEnd } = useThreadScroll(thread, scroller, content, divider);

  const load = useCallback((page: () => Promise<void>) => {
    page().catch(({ message }: Error) => tell(message, { label: 'Try again', run: () => load(page) }));
  }, []);
  useNear(
    top,
    scroller,
    older && messages,
    useCallback(() => load(thread.loadOlder), [thread, load]),
  );
  useNear(
    bottom,
    scroller,
    newest || messages,
    useCallback(() => load(thread.loadNewer), [thread, load]),
  );

  const days = useMemo(
    () => groupMessages(messages, divider === undefined ? undefined : divider - 1),
    [messages, divider],
  );
  const now = Date.now();
  return (
    <div class="thread">
      <div
        class="thread-scroller"
        ref={scroller}
        role="log"
        aria-live="off"
        aria-label="Messages"
        aria-describedby={help}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is scrolled by keyboard too
        tabIndex={0}
        onKeyDown={moveAmongRows}
      >
        <div class="thread-content" ref={content}>
          {older ? (
            <div class="thread-more" ref={top}>
              <span class="spinner" />
              <span class="unseen">Older messages are loading</span>
            </div>
          ) : (
            messages.length === 0 && pending.length === 0 && <p class="thread-empty">No messages yet. Say hello!</p>
          )}
          {days.map(({ date, rows }) => (
            <section key={date} class="day" aria-label={dayName(rows[0]?.message.date_added ?? date, now)}>
              <h3 class="day-name">
                <span>{dayName(rows[0]?.message.date_added ?? date, now)}</span>
              </h3>
              <ol>
                {rows.map(({ message, first, last }) => (
                  <MessageRow
                    key={message.seq}
                    thread={thread}
                    message={message}
                    first={first}
                    last={last}
                    divided={message.seq === divider}
                    receipt={message.from_user.username === me ? tickOf(message.seq, ticks) : undefined}
                  />
                ))}
              </ol>
            </section>
          ))}
          {newest ? (
            pending.length > 0 && (
              <ol class="pending" aria-label="Waiting to be sent">
                {pending.map((sending, index) => (
                  <PendingRow
                    key={sending.client_id}
                    thread={thread}
                    sending={sending}
                    first={index === 0}
                    last={index === pending.length - 1}
                  />
                ))}
              </ol>
            )
          ) : (
            <div class="thread-more" ref={bottom}>
              <span class="spinner" />
              <span class="unseen">Newer messages are loading</span>
            </div>
          )}
        </div>
      </div>
      {isAway && <ToLatest thread={thread} onPress={toEnd} />}
      <p class="unseen" id={help}>
        Enter leads to the last message, arrows to the others, and Enter again to what can be done with it.
      </p>
      <NewMessages thread={thread} />
      {wasOpen.value && <MessageMenu />}
    </div>
  );
}
