import type { Conversation, Sending } from '@parley/client';
import { useMessenger } from '../chat/use-messenger.ts';
import { Icon } from '../ui/icon.tsx';
import { dropRefused, type Refused, refusedOf } from './refused.ts';

/** What was sent here and refused: it waits for somebody to decide. */
export function RefusedList(props: {
  readonly conversation: Conversation;
  /** It is to be written again. */
  onEdit(what: Sending['what']): void;
}) {
  const { chat } = useMessenger();
  const refused = refusedOf(chat, props.conversation.id);
  if (refused.length === 0) return null;
  return (
    <ul class="refused" aria-label="Not sent">
      {refused.map((one) => (
        <RefusedItem
          key={one.sending.client_id}
          refused={one}
          onDone={() => dropRefused(chat, one)}
          onRetry={() => sendAgain(props.conversation, one.sending.what)}
          onEdit={() => props.onEdit(one.sending.what)}
        />
      ))}
    </ul>
  );
}

function RefusedItem(props: { readonly refused: Refused; onDone(): void; onRetry(): void; onEdit(): void }) {
  const { what } = props.refused.sending;
  const text = what.type === 'create' || what.type === 'edit' ? what.message : undefined;
  const files = what.type === 'create' ? (what.attachments?.length ?? 0) : 0;
  const andDone = (act: () => void) => () => {
    props.onDone();
    act();
  };
  return (
    <li class="refused-item">
      <div class="refused-bubble">
        {text !== undefined && text !== '' && <p class="refused-text">{text}</p>}
        {files > 0 && <p>{files === 1 ? 'One file' : `${files} files`}</p>}
        {what.type === 'delete' && <p>A message was to be deleted.</p>}
        {what.type === 'react' && <p>{what.emoji}</p>}
      </div>
      <p class="refused-why" role="alert">
        <Icon name="warning" />
        <span>
          {what.type === 'create' ? 'Not sent' : 'Not changed'}: {props.refused.why}
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

function sendAgain(conversation: Conversation, what: Sending['what']): void {
  if (what.type === 'create') {
    const { type, ...draft } = what;
    conversation.send(draft);
  } else if (what.type === 'edit') conversation.edit(what.seq, what.message);
  else if (what.type === 'delete') conversation.delete(what.seq);
  else conversation.react(what.seq, what.emoji, { remove: what.remove });
}
