import type { Message, Receipt } from '@parley/client';
import { Component } from 'preact';
import { useCallback, useRef, useState } from 'preact/hooks';
import { lazy } from '../lazy.tsx';
import { PersonAvatar } from '../people/person-avatar.tsx';
import { ReceiptIcon } from '../ui/receipt-icon.tsx';
import { clockTime, exactTime } from '../ui/times.ts';
import { useLongPress } from '../ui/use-long-press.ts';
import { systemText, t } from '../words/words.ts';
import { MessageAttachments } from './message-attachments.tsx';
import type { Menu, MenuKind } from './message-menu.tsx';
import { MessageQuote } from './message-quote.tsx';
import { MessageReactions } from './message-reactions.tsx';
import { MessageText } from './message-text.tsx';
import { MessageToolbar } from './message-toolbar.tsx';
import type { Thread } from './thread.ts';

const SelectBox = lazy((chunk) => chunk.SelectBox);

interface RowProps {
  readonly thread: Thread;
  readonly message: Message;
  /** See `Row` in group-messages.ts. */
  readonly first: boolean;
  readonly last: boolean;
  /** Is it the first unread message? */
  readonly isFirstNew: boolean;
  /** Undefined while messages are not selected. */
  readonly isSelected?: boolean;
  /** Only of the user's own messages. */
  readonly receipt?: Receipt;
  onMenu(menu: Menu): void;
}

/** A message. It is only rendered again when its props change, because a thread has thousands of messages. */
export class MessageRow extends Component<RowProps> {
  override shouldComponentUpdate(next: RowProps): boolean {
    const names = Object.keys(next) as (keyof RowProps)[];
    return names.some((name) => next[name] !== this.props[name]);
  }

  override render() {
    return this.props.message.content_type === 'system' ? <SystemRow {...this.props} /> : <UserRow {...this.props} />;
  }
}

function NewMessagesLine() {
  return (
    <p class="new-line">
      <span>{t('New messages')}</span>
    </p>
  );
}

function SystemRow({ thread, message, isFirstNew }: RowProps) {
  const { reply_to: about } = message;
  return (
    <li class="message" data-seq={message.seq} tabIndex={-1}>
      {isFirstNew && <NewMessagesLine />}
      <p class="system-line" dir="auto" title={exactTime(message.date_added)}>
        {systemText(message.message, message.from_user.name)}
      </p>
      {about !== null && <MessageQuote thread={thread} seq={about} />}
    </li>
  );
}

function UserRow({ thread, message, first, last, isFirstNew, isSelected, receipt, onMenu }: RowProps) {
  const { seq, from_user, deleted, reply_to, attachments } = message;
  const isOwn = from_user.username === thread.me;
  const isGroup = thread.kind !== 'direct';
  const row = useRef<HTMLLIElement>(null);
  const [isActive, setActive] = useState(false);
  const hasMenu = useRef(false);
  const updateActive = useCallback(() => setActive(hasMenu.current || hasAttention(row.current)), []);
  const open = (kind: MenuKind, anchor: Element) => {
    hasMenu.current = true;
    const onClosed = () => {
      hasMenu.current = false;
      updateActive();
    };
    onMenu({ message, kind, anchor, onClosed });
  };
  const longPress = useLongPress((bubble) => open('all', bubble));
  return (
    <li
      class="message"
      ref={row}
      data-seq={seq}
      data-own={isOwn}
      data-first={first}
      data-last={last}
      data-selected={isSelected}
      tabIndex={-1}
      onKeyDown={(event) => {
        const { key, target, currentTarget } = event;
        if (key !== 'Enter' || target !== currentTarget) return;
        // Else the key would also press the menu item that gets the focus.
        event.preventDefault();
        if (isSelected !== undefined) currentTarget.querySelector<HTMLElement>('.select-box')?.click();
        else open('all', currentTarget.querySelector('.bubble') ?? currentTarget);
      }}
      onMouseEnter={() => setActive(true)}
      onMouseLeave={updateActive}
      onFocusIn={updateActive}
      onFocusOut={({ relatedTarget }) => {
        // While the focus moves from one of its elements to another, nothing has it for a moment.
        if (!(relatedTarget instanceof Node && row.current?.contains(relatedTarget))) setTimeout(updateActive);
      }}
    >
      {isFirstNew && <NewMessagesLine />}
      {isSelected !== undefined && <SelectBox thread={thread} message={message} isSelected={isSelected} />}
      <div class="message-line">
        {isGroup && !isOwn && (
          <span class="message-avatar">
            {last && <PersonAvatar username={from_user.username} name={from_user.name} size={2} presence={false} />}
          </span>
        )}
        <div class="message-body">
          {first && (
            <p class={isGroup && !isOwn ? 'message-author' : 'visually-hidden'} dir="auto">
              {isOwn ? t('You') : from_user.name}
            </p>
          )}
          <div class="bubble" data-deleted={deleted} {...longPress}>
            {reply_to !== null && !deleted && <MessageQuote thread={thread} seq={reply_to} />}
            {attachments.length > 0 && <MessageAttachments thread={thread} message={message} />}
            <div class="message-words" dir="auto">
              {deleted ? (
                <span class="message-text">{t('This message was deleted')}</span>
              ) : (
                message.message !== '' && (
                  <MessageText thread={thread} text={message.message} mentions={message.mentions} />
                )
              )}
              {/* Its own direction, so that the words alone decide that of the message. */}
              <span class="message-meta" dir="auto">
                {message.edited_at !== null && !deleted && <span>{t('edited')}</span>}
                <time dateTime={message.date_added} title={exactTime(message.date_added)}>
                  {clockTime(message.date_added)}
                </time>
                {receipt && !deleted && <ReceiptIcon state={receipt} />}
              </span>
            </div>
          </div>
          <MessageReactions thread={thread} message={message} press={longPress} />
        </div>
        {isActive && isSelected === undefined && <MessageToolbar thread={thread} message={message} onOpen={open} />}
      </div>
    </li>
  );
}

/** Does the row have the pointer or the keyboard focus? */
function hasAttention(row: HTMLElement | null): boolean {
  if (!row) return false;
  const isFocused = row.contains(document.activeElement) && row.querySelector(':focus-visible') !== null;
  return isFocused || row.matches(':hover, :focus-visible');
}
