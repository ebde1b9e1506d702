import type { Message } from '@parley/client';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Button, IconButton } from '../ui/button.tsx';
import { Icon } from '../ui/icon.tsx';
import { useLayer } from '../ui/layers.ts';
import { now } from '../ui/now.ts';
import { shortTime } from '../ui/times.ts';
import { showError } from '../ui/toast.tsx';
import { plural, t } from '../words/words.ts';
import { excerptAround, wordsOf } from './found-words.ts';
import { excerpt } from './message-quote.tsx';
import type { Thread } from './thread.ts';
import { useEscape } from './use-escape.ts';
import { useFoundHighlight } from './use-found-highlight.ts';
import { type Search, useMessageSearch } from './use-message-search.ts';

/**
 * Searches the messages of the conversation: a column on wide screens, else a strip above the messages. A result is shown in the thread, and the
 * search stays where it is. Enter and Shift+Enter lead through the results, and Escape closes the search, wherever in the conversation one is.
 */
export function ThreadSearch({ thread, onClose }: { readonly thread: Thread; onClose(): void }) {
  const [query, setQuery] = useState('');
  const [oldestFirst, setOldestFirst] = useState(false);
  const [shown, setShown] = useState<number>();
  const root = useRef<HTMLElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const words = query.trim();
  const { search, loadMore } = useMessageSearch(thread, words);
  const results = oldestFirst ? search?.messages.toReversed() : search?.messages;
  const position = results?.findIndex(({ seq }) => seq === shown) ?? -1;
  useFoundHighlight(root, words);
  useGiveBackFocus(root, field);
  useEscape(root, onClose);
  useLayer(onClose);
  useEffect(() => setShown(undefined), [words]);

  function show({ seq }: Message): void {
    setShown(seq);
    thread.goTo(seq, { focus: false }).catch((error: Error) => showError(error));
  }
  function step(by: number): void {
    const next = results?.[position < 0 ? 0 : position + by];
    if (next) show(next);
  }
  const further = search && (search.status === 'more' || search.status === 'failed') && (
    <Button onClick={loadMore}>{search.status === 'failed' ? t('Try again') : t('Search further back')}</Button>
  );

  return (
    <search
      class="thread-search"
      ref={root}
      aria-label={t('In this conversation')}
      data-shown={shown !== undefined}
      onKeyDown={moveInList}
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
          onFocus={() => setShown(undefined)}
          onClick={() => setShown(undefined)}
          onKeyDown={(event) => {
            if (event.isComposing) return;
            if (event.key === 'Enter') step(event.shiftKey ? -1 : 1);
            else return;
            event.preventDefault();
          }}
        />
        <IconButton icon="close" label={t('Close search')} onClick={onClose} />
      </div>
      {search && results && (
        <>
          <div class="thread-search-about">
            <p class="thread-search-status" role="status">
              {position >= 0 ? t('{n} of {all}', { n: position + 1, all: results.length }) : statusText(search)}
            </p>
            {results.length > 1 && (
              <>
                <IconButton icon="up" label={t('Previous result')} disabled={position < 1} onClick={() => step(-1)} />
                <IconButton
                  icon="down"
                  label={t('Next result')}
                  disabled={position === results.length - 1}
                  onClick={() => step(1)}
                />
                <Button look="text-button" onClick={() => setOldestFirst(!oldestFirst)}>
                  {oldestFirst ? t('Oldest first') : t('Newest first')}
                </Button>
              </>
            )}
          </div>
          <div class="thread-search-results">
            {oldestFirst && further}
            <ol aria-label={t('Found messages')}>
              {results.map((message) => (
                <li key={message.seq}>
                  <Result
                    thread={thread}
                    message={message}
                    isMine={message.from_user.username === thread.me}
                    query={search.query}
                    isShown={message.seq === shown}
                    onPress={() => show(message)}
                  />
                </li>
              ))}
            </ol>
            {!oldestFirst && further}
          </div>
        </>
      )}
    </search>
  );
}

function Result(props: {
  readonly thread: Thread;
  readonly message: Message;
  readonly isMine: boolean;
  readonly query: string;
  readonly isShown: boolean;
  onPress(): void;
}) {
  const { message } = props;
  return (
    <button type="button" class="list-button search-result" aria-current={props.isShown} onClick={props.onPress}>
      <span class="search-result-name" dir="auto">
        {props.isMine ? t('You') : message.from_user.name}
      </span>
      <time class="search-result-time" dateTime={message.date_added}>
        {shortTime(message.date_added, now.value)}
      </time>
      <span class="search-result-text" dir="auto">
        {excerptAround(excerpt(props.thread, message), wordsOf(props.query))}
      </span>
    </button>
  );
}

function statusText({ status, messages, error }: Search): string {
  if (status === 'failed') return error ?? '';
  if (messages.length === 0) return status === 'searching' ? t('Searching…') : t('Nothing found.');
  return plural('One message found|{n} messages found', messages.length);
}

/** Arrow keys lead from the field through the results, and back. */
function moveInList(event: KeyboardEvent): void {
  const { currentTarget: list, key } = event;
  const by = { ArrowDown: 1, ArrowUp: -1 }[key];
  if (by === undefined || !(list instanceof HTMLElement) || event.isComposing) return;
  const results = [...list.querySelectorAll<HTMLElement>('.search-result')];
  const field = list.querySelector<HTMLElement>('input');
  const index = results.findIndex((result) => result.matches(':focus'));
  if (index < 0 && document.activeElement !== field) return;
  event.preventDefault();
  (results[index + by] ?? (by < 0 ? field : undefined))?.focus();
}

/** The field gets the focus; what had it before gets it back. */
function useGiveBackFocus(
  root: { readonly current: HTMLElement | null },
  field: { readonly current: HTMLElement | null },
) {
  useEffect(() => {
    const before = document.activeElement;
    const element = root.current;
    field.current?.focus();
    return () => {
      if (before instanceof HTMLElement && element?.contains(document.activeElement)) before.focus();
    };
  }, []);
}
