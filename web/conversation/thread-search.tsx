import type { Message } from '@parley/client';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Button, IconButton } from '../ui/button.tsx';
import { errorSentence } from '../ui/error-sentence.ts';
import { Icon } from '../ui/icon.tsx';
import { now } from '../ui/now.ts';
import { shortTime } from '../ui/times.ts';
import { showError } from '../ui/toast.tsx';
import { plural, t } from '../words/words.ts';
import { excerpt } from './message-quote.tsx';
import type { Thread } from './thread.ts';

interface Search {
  readonly query: string;
  readonly messages: readonly Message[];
  /** `more`: there are older messages to search. */
  readonly status: 'searching' | 'more' | 'done' | 'failed';
  readonly error?: string;
}

/** The search starts when the user has not typed for this long. */
const delayMs = 300;

/** Searches the messages of the conversation; a click on a result scrolls to it. */
export function ThreadSearch({ thread, onClose }: { readonly thread: Thread; onClose(): void }) {
  const [query, setQuery] = useState('');
  const [search, setSearch] = useState<Search>();
  const field = useRef<HTMLInputElement>(null);
  const pages = useRef<ReturnType<Thread['search']> | undefined>(undefined);
  const words = query.trim();
  const root = useRef<HTMLElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    const element = root.current;
    field.current?.focus();
    return () => {
      if (before instanceof HTMLElement && element?.contains(document.activeElement)) before.focus();
    };
  }, []);

  async function loadMore(query: string, found: readonly Message[]): Promise<void> {
    const current = pages.current;
    if (!current) return;
    setSearch({ query, messages: found, status: 'searching' });
    try {
      const { value = [], done } = await current.next();
      if (current !== pages.current) return;
      setSearch({ query, messages: [...found, ...value], status: done ? 'done' : 'more' });
    } catch (error) {
      if (current !== pages.current || !(error instanceof Error)) return;
      setSearch({ query, messages: found, status: 'failed', error: errorSentence(error) });
    }
  }

  useEffect(() => {
    pages.current = undefined;
    if (words === '') return setSearch(undefined);
    const timer = setTimeout(() => {
      pages.current = thread.search(words);
      void loadMore(words, []);
    }, delayMs);
    return () => clearTimeout(timer);
  }, [thread, words]);

  return (
    <search
      class="thread-search"
      ref={root}
      aria-label={t('In this conversation')}
      onKeyDown={({ key }) => {
        if (key === 'Escape') onClose();
      }}
    >
      <div class="thread-search-field">
        <Icon name="search" />
        <input
          class="field"
          dir="auto"
          type="search"
          ref={field}
          maxLength={100}
          aria-label={t('Search messages')}
          placeholder={t('Search messages')}
          value={query}
          onInput={({ currentTarget }) => setQuery(currentTarget.value)}
        />
        <IconButton icon="close" label={t('Close search')} onClick={onClose} />
      </div>
      {search && (
        <div class="thread-search-results">
          <p class="thread-search-status" role="status">
            {statusText(search)}
          </p>
          <ol aria-label={t('Found messages')}>
            {search.messages.map((message) => (
              <li key={message.seq}>
                <button
                  type="button"
                  class="list-button search-result"
                  onClick={() => thread.goTo(message.seq).catch((error: Error) => showError(error))}
                >
                  <span class="search-result-name" dir="auto">
                    {message.from_user.username === thread.me ? t('You') : message.from_user.name}
                  </span>
                  <time class="search-result-time" dateTime={message.date_added}>
                    {shortTime(message.date_added, now.value)}
                  </time>
                  <span class="search-result-text" dir="auto">
                    {excerpt(thread, message)}
                  </span>
                </button>
              </li>
            ))}
          </ol>
          {(search.status === 'more' || search.status === 'failed') && (
            <Button onClick={() => loadMore(search.query, search.messages)}>
              {search.status === 'failed' ? t('Try again') : t('Search further back')}
            </Button>
          )}
        </div>
      )}
    </search>
  );
}

function statusText({ status, messages, error }: Search): string {
  if (status === 'failed') return error ?? '';
  if (messages.length === 0) return status === 'searching' ? t('Searching…') : t('Nothing found.');
  return plural('One message found|{n} messages found', messages.length);
}
