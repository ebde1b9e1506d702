import type { Message } from '@parley/client';
import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useMessenger } from '../state/session-context.ts';
import { Button } from '../ui/button.tsx';
import { t } from '../words/words.ts';

/**
 * Loads a page when it comes near the visible part of the scroller; again after the messages have changed, while it is still near; and when it has
 * failed, with the next connection or when the user asks for it.
 */
export function LoadMore(props: {
  readonly which: 'Older' | 'Newer';
  readonly scroller: RefObject<HTMLElement | null>;
  readonly messages: readonly Message[];
  load(): Promise<void>;
}) {
  const { which, scroller, messages, load } = props;
  const isLive = useMessenger().state.value.status === 'live';
  const element = useRef<HTMLDivElement>(null);
  const [hasFailed, setFailed] = useState(false);
  const tryLoad = () => {
    setFailed(false);
    load().catch(() => setFailed(true));
  };
  useEffect(() => {
    if (!element.current) return;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) tryLoad();
      },
      { root: scroller.current, rootMargin: '800px 0px' },
    );
    observer.observe(element.current);
    // A short loss of the network leaves the socket as it is.
    const again = () => {
      observer.disconnect();
      if (element.current) observer.observe(element.current);
    };
    addEventListener('online', again);
    return () => {
      observer.disconnect();
      removeEventListener('online', again);
    };
  }, [scroller, messages, load, isLive]);
  return (
    <div class="thread-more" ref={element}>
      {hasFailed ? (
        <p role="status">
          {which === 'Older' ? t('Older messages could not be loaded.') : t('Newer messages could not be loaded.')}{' '}
          <Button onClick={tryLoad}>{t('Try again')}</Button>
        </p>
      ) : (
        <>
          <span class="spinner" />
          <span class="visually-hidden">
            {which === 'Older' ? t('Older messages are loading.') : t('Newer messages are loading.')}
          </span>
        </>
      )}
    </div>
  );
}
