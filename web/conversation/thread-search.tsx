import type { Message } from '@parley/client';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Icon } from '../ui/icon.tsx';
import { shortTime } from '../ui/times.ts';
import { tell } from '../ui/toast.tsx';
import { briefly } from './message-quote.tsx';
import { searchPages } from './search-pages.ts';
import type { Thread } from './thread.ts';

interface Found {
  readonly of: string;
  readonly messages: readonly Message[];
  readonly is: 'searching' | 'more' | 'all' | 'failed';
  readonly error?: string;
}

/** ms in which somebody goes on typing */
const pause = 300;

/** Finds messages of the conversation by their words, and leads to them. */
export function ThreadSearch({ thread, onClose }: { readonly thread: Thread; onClose(): void }) {
  const [query, setQuery] = useState('');
  const [found, setFound] = useState<Found>();
  const field = useRef<HTMLInputElement>(null);
  const pages = useRef<ReturnType<typeof searchPages> | undefined>(undefined);
  const wanted = query.trim();
  const root = useRef<HTMLElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    const search = root.current;
    field.current?.focus();
    return () => {
      if (before instanceof HTMLElement && search?.contains(document.activeElement)) before.focus();
    };
  }, []);

  async function more(of: string, before: readonly Message[]): Promise<void> {
    const reading = pages.current;
    if (!reading) return;
    setFound({ of, messages: before, is: 'searching' });
    try {
      const { value = [], done } = await reading.next();
      if (reading !== pages.current) return;
      setFound({ of, messages: [...before, ...value], is: done ? 'all' : 'more' });
    } catch (error) {
      if (reading !== pages.current || !(error instanceof Error)) return;
      setFound({ of, messages: before, is: 'failed', error: error.message });
    }
  }

  useEffect(() => {
    pages.current = undefined;
    if (wanted === '') return setFound(undefined);
    const timer = setTimeout(() => {
      pages.current = searchPages(thread.chat, thread.conversation.id, wanted);
      void more(wanted, []);
    }, pause);
    return () => clearTimeout(timer);
  }, [thread, wanted]);

  return (
    <search
      class="thread-search"
      ref={root}
      aria-label="In this conversation"
      onKeyDown={({ key }) => {
        if (key === 'Escape') onClose();
      }}
    >
      <div class="thread-search-field">
        <Icon name="search" />
        <input
          class="field"
          type="search"
          ref={field}
          maxLength={100}
          aria-label="Search messages"
          placeholder="Search messages"
          value={query}
          onInput={({ currentTarget }) => setQuery(currentTarget.value)}
        />
        <button type="button" class="icon-button" aria-label="Close search" onClick={onClose}>
          <Icon name="close" />
        </button>
      </div>
      {found && (
        <div class="thread-search-results">
          <p class="thread-search-says" role="status">
            {saysOf(found)}
          </p>
          <ol aria-label="Found messages">
            {found.messages.map((message) => (
              <li key={message.seq}>
                <button
                  type="button"
                  class="found"
                  onClick={() => thread.goTo(message.seq).catch(({ message: why }: Error) => tell(why))}
                >
                  <span class="found-name">
                    {message.from_user.username === thread.me ? 'You' : message.from_user.name}
                  </span>
                  <time class="found-time" dateTime={message.date_added}>
                    {shortTime(message.date_added, Date.now())}
                  </time>
                  <span class="found-text">{briefly(message)}</span>
                </button>
              </li>
            ))}
          </ol>
          {(found.is === 'more' || found.is === 'failed') && (
            <button type="button" class="button" onClick={() => more(found.of, found.messages)}>
              {found.is === 'failed' ? 'Try again' : 'Search further back'}
            </button>
          )}
        </div>
      )}
    </search>
  );
}

function saysOf({ is, messages, error }: Found): string {
  if (is === 'failed') return error ?? '';
  if (messages.length === 0) return is === 'searching' ? 'Searching…' : 'Nothing found.';
  return messages.length === 1 ? 'One message found' : `${messages.length} messages found`;
}
