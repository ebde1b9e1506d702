import type { Message, Receipt } from '@parley/client';
import { Component } from 'preact';
import { useCallback, useRef, useState } from 'preact/hooks';
import { PersonAvatar } from '../people/person-avatar.tsx';
import { clockTime, wholeTime } from '../ui/times.ts';
import { MessageAttachments } from './message-attachments.tsx';
import { type MenuKind, menu } from './message-menu-state.ts';
import { MessageQuote } from './message-quote.tsx';
import { MessageReactions } from './message-reactions.tsx';
import { MessageText } from './message-text.tsx';
import { MessageTools } from './message-tools.tsx';
import type { Thread } from './thread.ts';
import { Tick } from './tick.tsx';
import { useLongPress } from './use-long-press.ts';

interface RowProps {
  readonly thread: Thread;
  readonly message: Message;
  readonly first: boolean;
  readonly last: boolean;
  /** Is it the first of the new ones? */
  readonly divided: boolean;
  /** Of one's own message. */
  readonly receipt?: Receipt;
}

/** A message, rendered again only when something of it changed: a thread has thousands. */
export class MessageRow extends Component<RowProps> {
  override shouldComponentUpdate(next: RowProps): boolean {
    const { props } = this;
    return (
      next.message !== props.message ||
      next.thread !== props.thread ||
      next.receipt !== props.receipt ||
      next.first !== props.first ||
      next.last !== props.last ||
      next.divided !== props.divided
    );
  }

  override render() {
    return this.props.message.content_type === 'system' ? (
      <SystemLine {...this.props} />
    ) : (
      <SpokenRow {...this.props} />
    );
  }
}

function NewLine() {
  return (
    <p class="new-line">
      <span>New messages</span>
    </p>
  );
}

function SystemLine({ message, divided }: RowProps) {
  return (
    <li class="message" data-seq={message.seq} tabIndex={-1}>
      {divided && <NewLine />}
      <p class="system-line" title={wholeTime(message.date_added)}>
        {message.message}
      </p>
    </li>
  );
}

function SpokenRow({ thread, message, first, last, divided, receipt }: RowProps) {
  const { seq, from_user, deleted, reply_to, attachments } = message;
  const own = from_user.username === thread.me;
  const many = thread.conversation.view.kind !== 'direct';
  const row = useRef<HTMLLIElement>(null);
  const [near, setNear] = useState(false);
  const look = useCallback(() => setNear(isNear(row.current)), []);
  const open = (kind: MenuKind, by: Element) => {
    menu.value = { thread, message, kind, by, onClosed: look };
  };
  const press = useLongPress((at) => open('all', at));
  return (
    <li
      class="message"
      ref={row}
      data-seq={seq}
      data-own={own}
      data-first={first}
      data-last={last}
      tabIndex={-1}
      onKeyDown={(event) => {
        const { key, target, currentTarget } = event;
        if (key !== 'Enter' || target !== currentTarget) return;
        // Else the same key would press what has the focus then.
        event.preventDefault();
        open('all', currentTarget.querySelector('.bubble') ?? currentTarget);
      }}
      onMouseEnter={() => setNear(true)}
      onMouseLeave={look}
      onFocusIn={look}
      onFocusOut={({ relatedTarget }) => {
        // Between two of its elements nothing has the focus for a moment.
        if (!(relatedTarget instanceof Node && row.current?.contains(relatedTarget))) setTimeout(look);
      }}
    >
      {divided && <NewLine />}
      <div class="message-line">
        {many && !own && (
          <span class="message-face">
            {last && <PersonAvatar username={from_user.username} name={from_user.name} size={2} presence={false} />}
          </span>
        )}
        <div class="message-body">
          {first && <p class={many && !own ? 'message-author' : 'unseen'}>{own ? 'You' : from_user.name}</p>}
          <div class="bubble" data-deleted={deleted} {...press}>
            {reply_to !== null && !deleted && <MessageQuote thread={thread} seq={reply_to} />}
            {attachments.length > 0 && <MessageAttachments thread={thread} message={message} />}
            {deleted ? (
              <span class="message-text">This message was deleted</span>
            ) : (
              message.message !== '' && (
                <MessageText text={message.message} mentions={message.mentions} me={thread.me} />
              )
            )}
            <span class="message-meta">
              {message.edited_at !== null && !deleted && <span>edited</span>}
              <time dateTime={message.date_added} title={wholeTime(message.date_added)}>
                {clockTime(message.date_added)}
              </time>
              {receipt && !deleted && <Tick state={receipt} />}
            </span>
          </div>
          <MessageReactions thread={thread} message={message} />
        </div>
        {near && <MessageTools deleted={deleted} thread={thread} message={message} onOpen={open} />}
      </div>
    </li>
  );
}

/** Is the pointer on it, or the keyboard, or its menu open? */
function isNear(row: HTMLElement | null): boolean {
  if (!row) return false;
  const focused = row.contains(document.activeElement) && row.querySelector(':focus-visible') !== null;
  return focused || row.matches(':hover, :focus-visible') || row.contains(menu.value?.by ?? null);
}
