import type { Message, OutboxItem } from '@parley/client';
import { useSignalEffect } from '@preact/signals';
import type { RefObject } from 'preact';
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { isAttended } from './attention.ts';
import type { Thread } from './thread.ts';
import { unreadMessages } from './unread.ts';
import { type Anchor, anchorOf, lastVisibleSeq, restoreAnchor, rowOf, settleAt } from './visible-rows.ts';

interface Shown {
  readonly messages: readonly Message[];
  readonly pending: readonly OutboxItem[];
}

/** px; a thread that is scrolled this close to its end counts as at the end */
const endTolerance = 48;

/**
 * The scroll position of a thread. At the end, it follows new messages, but not past those that nobody has seen; elsewhere, the visible messages
 * do not move when others are added.
 * @param content the only child of the scroller
 * @param divider the `seq` to start at, unless the user has left the thread at another place; by default the end
 */
export function useThreadScroll(
  thread: Thread,
  scroller: RefObject<HTMLElement | null>,
  content: RefObject<HTMLElement | null>,
  divider: number | undefined,
) {
  const messages = thread.messages.value;
  const pending = thread.pending.value;
  const [isScrolledUp, setScrolledUp] = useState(false);
  const atEnd = useRef(divider === undefined && thread.place === undefined);
  const hasStarted = useRef(false);
  const shown = useRef<Shown | undefined>(undefined);

  // The page still shows the rows of the previous rendering.
  const hasChanged = shown.current?.messages !== messages;
  const anchor: Anchor | undefined =
    scroller.current && hasChanged && !atEnd.current ? anchorOf(scroller.current) : undefined;

  const followEnd = useCallback(() => {
    const element = scroller.current;
    if (!element || !atEnd.current) return;
    const { conversation, me } = thread;
    const [unseen, next] = unreadMessages(thread.messages.peek(), conversation.readUpTo, me);
    const row = unseen && next && rowOf(element, unseen.seq);
    if (row) {
      element.scrollTop = startOf(element, row);
      // Here already, because in a hidden tab nothing else would say where the user is.
      thread.leaveAt(anchorOf(element));
    } else if (thread.atNewest.peek()) element.scrollTop = element.scrollHeight;
  }, [thread, scroller]);

  const markRead = useCallback(() => {
    const element = scroller.current;
    if (!element || !isAttended()) return;
    if (distanceToEnd(element) <= endTolerance && thread.atNewest.peek()) thread.read();
    else {
      const seq = lastVisibleSeq(element);
      if (seq !== undefined) thread.read(seq);
    }
  }, [thread, scroller]);

  const scrollToEnd = useCallback(() => {
    thread.goToNewest();
    thread.read();
    atEnd.current = true;
    followEnd();
    setScrolledUp(false);
  }, [thread, followEnd]);

  useLayoutEffect(() => {
    const before = shown.current;
    shown.current = { messages, pending };
    const element = scroller.current;
    if (!element) return;
    const last = pending.at(-1);
    if (hasStarted.current && last && last !== before?.pending.at(-1) && !before?.pending.some(isSame(last)))
      scrollToEnd();
    else if (anchor) restoreAnchor(element, anchor);
    else followEnd();
    if (!hasStarted.current && messages.length > 0) {
      hasStarted.current = true;
      const row = divider === undefined ? null : rowOf(element, divider);
      if (thread.place) settleAt(element, thread.place);
      else if (row) element.scrollTop = startOf(element, row);
    }
    markRead();
  }, [messages, pending]);

  useEffect(() => {
    const element = scroller.current;
    if (!element || !content.current) return;
    let frame = 0;
    const update = () => {
      frame = 0;
      const distance = distanceToEnd(element);
      atEnd.current = distance <= endTolerance && thread.atNewest.peek();
      setScrolledUp(!atEnd.current && (distance > element.clientHeight / 2 || !thread.atNewest.peek()));
      // Not when the user leaves: then the rows are gone already.
      thread.leaveAt(atEnd.current ? undefined : anchorOf(element));
      markRead();
    };
    const scheduleUpdate = () => {
      frame ||= requestAnimationFrame(update);
    };
    const onReturn = () => {
      // Rows that came meanwhile got their heights only now.
      followEnd();
      markRead();
    };
    const sizes = new ResizeObserver(() => {
      followEnd();
      scheduleUpdate();
    });
    sizes.observe(element);
    sizes.observe(content.current);
    element.addEventListener('scroll', scheduleUpdate, { passive: true });
    addEventListener('focus', onReturn);
    document.addEventListener('visibilitychange', onReturn);
    return () => {
      cancelAnimationFrame(frame);
      sizes.disconnect();
      element.removeEventListener('scroll', scheduleUpdate);
      removeEventListener('focus', onReturn);
      document.removeEventListener('visibilitychange', onReturn);
    };
  }, [thread, scroller, content, followEnd, markRead]);

  // The target's row may not exist before the next rendering.
  useSignalEffect(() => {
    const target = thread.target.value;
    if (!target) return;
    atEnd.current = false;
    setTimeout(() => scroller.current && showRow(scroller.current, target.seq, target.focus));
  });

  return {
    isScrolledUp,
    /** The button that calls this disappears, so the focus goes to the messages. */
    jumpToEnd() {
      scrollToEnd();
      scroller.current?.focus({ preventScroll: true });
    },
  };
}

/** The scroll position that shows a row with a few rows before it. */
function startOf(scroller: HTMLElement, row: HTMLElement): number {
  return row.offsetTop - scroller.clientHeight / 4;
}

function distanceToEnd({ scrollHeight, scrollTop, clientHeight }: HTMLElement): number {
  return scrollHeight - scrollTop - clientHeight;
}

function isSame({ client_id }: OutboxItem) {
  return (other: OutboxItem) => other.client_id === client_id;
}

/** Scrolls a row into the middle, and highlights it for a moment. */
function showRow(scroller: HTMLElement, seq: number, focus: boolean): void {
  const row = rowOf(scroller, seq);
  if (!row) return;
  // Not scrollIntoView, which would also scroll the elements around the thread.
  const offset = (scroller.clientHeight - row.offsetHeight) / 2;
  restoreAnchor(scroller, { seq, offset: Math.max(0, offset) });
  if (focus) row.focus({ preventScroll: true });
  row.removeAttribute('data-highlighted');
  requestAnimationFrame(() => row.setAttribute('data-highlighted', ''));
  row.addEventListener('animationend', () => row.removeAttribute('data-highlighted'), { once: true });
}
