import type { Conversation, OutboxItem } from '@parley/client';
import { useMessenger } from '../chat/use-messenger.ts';
import { Icon } from '../ui/icon.tsx';
import { dropRefused, type Refused, refusedOf } from './refused.ts';

/** What was sent here and refused: it waits for somebody to decide. */
export function RefusedList(props: {
  readonly conversation: Conversation;
  /** It is to be written again. */
  onEdit(action: OutboxItem['action']): void;
}) {
  const { chat } = useMessenger();
  const refused = refusedOf(chat, props.conversation.id);
  if (refused.length === 0) return null;
  return (
    <ul class="refused" aria-label="Not sent">
      {refused.map((one) => (
        <RefusedItem
          key={one.item.client_id}
          refused={one}
          onDone={() => dropRefused(chat, one)}
          onRetry={() => sendAgain(props.conversation, one.item.action)}
          onEdit={() => props.onEdit(one.item.action)}
        />
      ))}
    </ul>
  );
}

function RefusedItem(props: { readonly refused: Refused; onDone(): void; onRetry(): void; onEdit(): void }) {
  const { action } = props.refused.item;
  const text = action.type === 'create' || action.type === 'edit' ? action.message : undefined;
  const files = action.type === 'create' ? (action.attachments?.length ?? 0) : 0;
  const andDone = (act: () => void) => () => {
    props.onDone();
    act();
  };
  return (
    <li class="refused-item">
      <div class="refused-bubble">
        {text !== undefined && text !== '' && <p class="refused-text">{text}</p>}
        {files > 0 && <p>{files === 1 ? 'One file' : `${files} files`}</p>}
        {action.type === 'delete' && <p>A message was to be deleted.</p>}
        {action.type === 'react' && <p>{action.emoji}</p>}
      </div>
      <p class="refused-why" role="alert">
        <Icon name="warning" />
        <span>
          {action.type === 'create' ? 'Not sent' : 'Not changed'}: {props.refused.why}
        </span>
      </p>
      <p class="refused-actions">
        <button type="button" class="text-button" onClick={andDone(props.onRetry)}>
          Try again
        </button>
        {text !== undefined || files > 0 ? (
          <button type="button" class="text-button" onClick={andDone(props.onEdit)}>
            Edit
          </button>
        ) : null}
        <button type="button" class="text-button" onClick={props.onDone}>
          Discard
        </button>
      </p>
    </li>
  );
}

function sendAgain(conversation: Conversation, action: OutboxItem['action']): void {
  if (action.type === 'create') {
    const { type, ...content } = action;
    conversation.send(content);
  } else if (action.type === 'edit') conversation.edit(action.seq, action.message);
  else if (action.type === 'delete') conversation.delete(action.seq);
  else conversation.react(action.seq, action.emoji, { remove: action.remove });
}
