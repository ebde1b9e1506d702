import type { Conversation, Sending } from '@parley/client';
import { dropFailedSend, type FailedSend, failedSendsOf } from '../state/failed-sends.ts';
import { useMessenger } from '../state/session-context.ts';
import { Button } from '../ui/button.tsx';
import { Icon } from '../ui/icon.tsx';

/** The failed sends of a conversation, each with the reason and buttons to retry, edit or discard it. */
export function FailedSendList(props: { readonly conversation: Conversation; onEdit(what: Sending['what']): void }) {
  const { chat } = useMessenger();
  const failedSends = failedSendsOf(chat, props.conversation.id);
  if (failedSends.length === 0) return null;
  return (
    <ul class="failed-sends" aria-label="Not sent">
      {failedSends.map((failed) => (
        <FailedSendItem
          key={failed.sending.client_id}
          failed={failed}
          onDone={() => dropFailedSend(chat, failed)}
          onRetry={() => sendAgain(props.conversation, failed.sending.what)}
          onEdit={() => props.onEdit(failed.sending.what)}
        />
      ))}
    </ul>
  );
}

function FailedSendItem(props: { readonly failed: FailedSend; onDone(): void; onRetry(): void; onEdit(): void }) {
  const { what } = props.failed.sending;
  const text = what.type === 'create' || what.type === 'edit' ? what.message : undefined;
  const files = what.type === 'create' ? (what.attachments?.length ?? 0) : 0;
  const button = (label: string, act?: () => void) => (
    <Button
      look="text-button"
      onClick={() => {
        props.onDone();
        act?.();
      }}
    >
      {label}
    </Button>
  );
  return (
    <li class="failed-send">
      <div class="failed-send-bubble">
        {text !== undefined && text !== '' && <p class="failed-send-text">{text}</p>}
        {files > 0 && <p>{files === 1 ? 'One file' : `${files} files`}</p>}
        {what.type === 'delete' && <p>Deleting a message</p>}
        {what.type === 'react' && <p>{what.emoji}</p>}
      </div>
      <p class="failed-send-reason" role="alert">
        <Icon name="warning" />
        <span>
          {what.type === 'create' ? 'Not sent' : 'Not changed'}: {props.failed.why}
        </span>
      </p>
      <p class="failed-send-actions">
        {button('Try again', props.onRetry)}
        {(text !== undefined || files > 0) && button('Edit', props.onEdit)}
        {button('Discard')}
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
