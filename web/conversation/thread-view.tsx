import { receiptAt } from '@parley/client/window';
import { useSignal } from '@preact/signals';
import { useId, useMemo, useRef, useState } from 'preact/hooks';
import { lazy } from '../lazy.tsx';
import { useMessenger } from '../state/session-context.ts';
import { Icon } from '../ui/icon.tsx';
import { now, timeZone } from '../ui/now.ts';
import { dayName } from '../ui/times.ts';
import { number, plural, t } from '../words/words.ts';
import { groupMessages } from './group-messages.ts';
import { LoadMore } from './load-more.tsx';
import { MessageAnnouncer } from './message-announcer.tsx';
import type { Menu } from './message-menu.tsx';
import { MessageRow } from './message-row.tsx';
import { PendingRow } from './pending-row.tsx';
import { navigateRows } from './row-navigation.ts';
import type { Thread } from './thread.ts';
import { unreadMessages } from './unread.ts';
import { useNewLine } from './use-new-line.ts';
import { useThreadScroll } from './use-thread-scroll.ts';

const MessageMenu = lazy((chunk) => chunk.MessageMenu);

/** The messages, grouped by day, in a scroller that loads older and newer pages. */
export function ThreadView({ thread }: { readonly thread: Thread }) {
  const { me } = thread;
  const messages = thread.messages.value;
  const pending = thread.pending.value;
  const receipts = thread.receipts.value;
  const atNewest = thread.atNewest.value;
  const hasOlder = thread.hasOlder.value;
  const selected = thread.selected.value;

  const newLine = useSignal(unreadMessages(thread.messages.peek(), thread.unreadAfter, me)[0]?.seq);
  const line = newLine.value;
  const help = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const { isScrolledUp, jumpToEnd } = useThreadScroll(thread, scroller, content, line);
  useNewLine(thread, newLine);

  const days = useMemo(
    () => groupMessages(messages, line === undefined ? undefined : line - 1),
    [messages, line, timeZone.value],
  );
  const [menu, setMenu] = useState<Menu>();
  const closeMenu = () => {
    menu?.onClosed();
    setMenu(undefined);
  };
  return (
    <div class="thread">
      <div
        class="thread-scroller"
        ref={scroller}
        role="log"
        aria-live="off"
        aria-label={t('Messages')}
        aria-describedby={help}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: keyboard users have to be able to scroll it
        tabIndex={0}
        onKeyDown={navigateRows}
      >
        <div class="thread-content" ref={content}>
          {hasOlder ? (
            <LoadMore which="Older" scroller={scroller} messages={messages} load={thread.loadOlder} />
          ) : (
            messages.length === 0 &&
            pending.length === 0 && <p class="thread-empty">{t('No messages yet. Say hello!')}</p>
          )}
          {days.map(({ date, rows }) => (
            <section key={date} class="day" aria-label={dayName(rows[0]?.message.date_added ?? date, now.value)}>
              <h3 class="day-name">
                <span>{dayName(rows[0]?.message.date_added ?? date, now.value)}</span>
              </h3>
              <ol>
                {rows.map(({ message, first, last }) => (
                  <MessageRow
                    key={message.seq}
                    thread={thread}
                    message={message}
                    first={first}
                    last={last}
                    isFirstNew={message.seq === line}
                    isSelected={selected && !message.deleted ? selected.seqs.has(message.seq) : undefined}
                    receipt={message.from_user.username === me ? receiptAt(message.seq, receipts) : undefined}
                    onMenu={setMenu}
                  />
                ))}
              </ol>
            </section>
          ))}
          {atNewest ? (
            pending.length > 0 && (
              <ol aria-label={t('Waiting to be sent')}>
                {pending.map((item, index) => (
                  <PendingRow
                    key={item.client_id}
                    thread={thread}
                    item={item}
                    first={index === 0}
                    last={index === pending.length - 1}
                  />
                ))}
              </ol>
            )
          ) : (
            <LoadMore which="Newer" scroller={scroller} messages={messages} load={thread.loadNewer} />
          )}
        </div>
      </div>
      {isScrolledUp && <JumpToLatest thread={thread} onPress={jumpToEnd} />}
      <p class="visually-hidden" id={help}>
        {t(
          'Press Enter to go to the last message, arrow keys to go to other messages, and Enter again to open the actions of a message.',
        )}
      </p>
      <MessageAnnouncer thread={thread} />
      {menu && <MessageMenu key={menu.message.seq} thread={thread} menu={menu} onMenu={setMenu} onClose={closeMenu} />}
    </div>
  );
}

/** A button that leads to the newest message, with the number of unread messages. */
function JumpToLatest({ thread, onPress }: { readonly thread: Thread; onPress(): void }) {
  const { conversations } = useMessenger();
  void thread.changes.value;
  const { id, messages, readUpTo } = thread.conversation;
  const loaded = unreadMessages(messages, readUpTo, thread.me).length;
  // If most loaded messages are unread, there may be more that are not loaded; the inbox counts those as well.
  const total = conversations.value.find((view) => view.id === id)?.unread_count ?? 0;
  const unread = loaded < messages.length / 2 ? loaded : Math.max(loaded, total);
  return (
    <button
      type="button"
      class="jump-to-latest"
      aria-label={unread > 0 ? plural('Jump to latest, {n} new|Jump to latest, {n} new', unread) : t('Jump to latest')}
      onClick={onPress}
    >
      <Icon name="down" />
      {unread > 0 && <span class="jump-to-latest-count">{unread > 999 ? `${number(999)}+` : number(unread)}</span>}
    </button>
  );
}
