import { type Message, RateLimited } from '@parley/client';
import { useEffect, useRef, useState } from 'preact/hooks';
import { errorSentence } from '../ui/error-sentence.ts';
import type { Thread } from './thread.ts';

export interface Search {
  readonly query: string;
  /** Newest first. */
  readonly messages: readonly Message[];
  /** `more`: there are older messages to search. */
  readonly status: 'searching' | 'more' | 'done' | 'failed';
  readonly error?: string;
}

/** The search starts when the user has not typed for this long. */
const delayMs = 300;

/** Searches the messages of a conversation while the user types. */
export function useMessageSearch(thread: Thread, query: string) {
  const [search, setSearch] = useState<Search>();
  const pages = useRef<ReturnType<Thread['search']> | undefined>(undefined);
  const wait = useRef(0);

  async function loadPage(found: readonly Message[]): Promise<void> {
    clearTimeout(wait.current);
    const current = pages.current;
    if (!current) return;
    setSearch({ query, messages: found, status: 'searching' });
    try {
      const { value = [], done } = await current.next();
      if (current !== pages.current) return;
      setSearch({ query, messages: [...found, ...value], status: done ? 'done' : 'more' });
    } catch (error) {
      if (current !== pages.current || !(error instanceof Error)) return;
      pages.current = thread.search(query, found.at(-1)?.seq);
      // Who searches that often waits for a moment.
      if (error instanceof RateLimited && error.retryAfter)
        wait.current = window.setTimeout(() => void loadPage(found), error.retryAfter * 1_000);
      setSearch({ query, messages: found, status: 'failed', error: errorSentence(error) });
    }
  }

  useEffect(() => {
    pages.current = undefined;
    if (query === '') return setSearch(undefined);
    const timer = setTimeout(() => {
      pages.current = thread.search(query);
      void loadPage([]);
    }, delayMs);
    return () => {
      clearTimeout(timer);
      clearTimeout(wait.current);
      pages.current = undefined;
    };
  }, [thread, query]);

  return { search, loadMore: () => loadPage(search?.messages ?? []) };
}
