import type { Message, OutboxItem } from '@parley/client';
import { useSignalEffect } from '@preact/signals';
import type { RefObject } from 'preact';
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Thread } from './thread.ts';
import { type Anchor, anchorOf, lastSeen, returnTo, rowOf } from './visible-rows.ts';

interface Shown {
  readonly messages: readonly Message[];
  readonly pending: readonly OutboxItem[];
}

/** px from the end within which one is at the end */
const close = 48;

/**
 * Where a thread is scrolled to: at its end it stays there, elsewhere nothing moves what one looks at.
 * @param scroller has the rows; `content` is all that is in it
 * @param divider the row to begin with; without one it begins at the end
 */
export function useThreadScroll(
  thread: Thread,
  scroller: RefObject<HTMLElement | null>,
  content: RefObject<HTMLElement | null>,
  divider: number | undefined,
) {
  const messages = thread.messages.value;
  const pending = thread.pending.value;
  const [isAway, setAway] = useState(false);
  const atEnd = useRef(divider === undefined);
  const begun = useRef(false);
  const shown = useRef<Shown | undefined>(undefined);

  // What is on the page now is that of before this rendering.
  const isOther = shown.current?.messages !== messages;
  const anchor: Anchor | undefined =
    scroller.current && isOther && !atEnd.current ? anchorOf(scroller.current) : undefined;

  const stay = useCallback(() => {
    const element = scroller.current;
    if (element && atEnd.current && thread.atNewest.peek()) element.scrollTop = element.scrollHeight;
  }, [thread, scroller]);

  /** Marks as read what somebody who looks at the page has before them. */
  const see = useCallback(() => {
    const element = scroller.current;
    if (!element || document.visibilityState !== 'visible' || !document.hasFocus()) return;
    if (atEnd.current && thread.atNewest.peek()) thread.conversation.read();
    else {
      const seq = lastSeen(element);
      if (seq !== undefined) thread.conversation.read(seq);
    }
  }, [thread, scroller]);

  const toEnd = useCallback(() => {
    thread.goToNewest();
    atEnd.current = true;
    stay();
    setAway(false);
  }, [thread, stay]);

  useLayoutEffect(() => {
    const before = shown.current;
    shown.current = { messages, pending };
    const element = scroller.current;
    if (!element) return;
    const last = pending.at(-1);
    if (begun.current && last && last !== before?.pending.at(-1) && !before?.pending.some(isThe(last))) toEnd();
    else if (anchor) returnTo(element, anchor);
    else stay();
    if (!begun.current && messages.length > 0) {
      begun.current = true;
      const row = divider === undefined ? null : rowOf(element, divider);
      if (row) element.scrollTop = row.offsetTop - element.clientHeight / 4;
    }
    see();
  }, [messages, pending]);

  useEffect(() => {
    const element = scroller.current;
    if (!element || !content.current) return;
    let frame = 0;
    const look = () => {
      frame = 0;
      const away = element.scrollHeight - element.scrollTop - element.clientHeight;
      atEnd.current = away <= close && thread.atNewest.peek();
      setAway(!atEnd.current && (away > element.clientHeight / 2 || !thread.atNewest.peek()));
      see();
    };
    const soon = () => {
      frame ||= requestAnimationFrame(look);
    };
    const sizes = new ResizeObserver(() => {
      stay();
      soon();
    });
    sizes.observe(element);
    sizes.observe(content.current);
    element.addEventListener('scroll', soon, { passive: true });
    addEventListener('focus', see);
    document.addEventListener('visibilitychange', see);
    return () => {
      cancelAnimationFrame(frame);
      sizes.disconnect();
      element.removeEventListener('scroll', soon);
      removeEventListener('focus', see);
      document.removeEventListener('visibilitychange', see);
    };
  }, [thread, scroller, content, stay, see]);

  // The rows of the page with the target are there after the next rendering.
  useSignalEffect(() => {
    const target = thread.target.value;
    if (!target) return;
    atEnd.current = false;
    setTimeout(() => scroller.current && showRow(scroller.current, target.seq));
  });

  return {
    isAway,
    /** The button that leads there goes: the focus goes to the messages. */
    toEnd() {
      toEnd();
      scroller.current?.focus({ preventScroll: true });
    },
  };
}

function isThe({ client_id }: OutboxItem) {
  return (other: OutboxItem) => other.client_id === client_id;
}

/** Brings it into the middle, and shows for a moment which one is meant. */
function showRow(scroller: HTMLElement, seq: number): void {
  const row = rowOf(scroller, seq);
  if (!row) return;
  // Only the thread: scrollIntoView would scroll what is around it too.
  const middle = (scroller.clientHeight - row.offsetHeight) / 2;
  returnTo(scroller, { seq, offset: Math.max(0, middle) });
  row.focus({ preventScroll: true });
  row.removeAttribute('data-found');
  requestAnimationFrame(() => row.setAttribute('data-found', ''));
  row.addEventListener('animationend', () => row.removeAttribute('data-found'), { once: true });
}
