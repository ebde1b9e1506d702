import type { Conversation, OutboxItem } from '@parley/client';
import type { FailedSend } from '@parley/client/failed-sends';
import { useMessenger } from '../state/session-context.ts';
import { Button } from '../ui/button.tsx';
import { copyText } from '../ui/copy-text.ts';
import { refusalSentence } from '../ui/error-sentence.ts';
import { Icon } from '../ui/icon.tsx';
import { plural, t } from '../words/words.ts';

/** The failed sends of a conversation, each with the reason and buttons to retry, edit or discard it. */
export function FailedSendList(props: {
  readonly conversation: Conversation;
  /** Absent if nothing can be sent to the conversation any more. */
  readonly onEdit?: ((action: OutboxItem['action']) => void) | undefined;
  /** The button that was pressed is gone: something else should get the focus. */
  onGone?(): void;
}) {
  const { onEdit } = props;
  const { failedSends } = useMessenger();
  const failed = failedSends.of(props.conversation.id);
  if (failed.length === 0) return null;
  return (
    <ul class="failed-sends" aria-label={t('Not sent')}>
      {failed.map((one) => (
        <FailedSendItem
          key={one.item.client_id}
          failed={one}
          onDone={() => {
            failedSends.drop(one);
            props.onGone?.();
          }}
          onRetry={onEdit && (() => void failedSends.retry(one, props.conversation).catch(() => {}))}
          onEdit={onEdit && (() => onEdit(one.item.action))}
        />
      ))}
    </ul>
  );
}

function FailedSendItem(props: {
  readonly failed: FailedSend;
  onDone(): void;
  readonly onRetry?: (() => void) | undefined;
  readonly onEdit?: (() => void) | undefined;
}) {
  const { action } = props.failed.item;
  const why = refusalSentence(props.failed.code, props.failed.why);
  const text = action.type === 'create' || action.type === 'edit' ? action.message : undefined;
  const files = action.type === 'create' ? (action.attachments?.length ?? 0) : 0;
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
        {text !== undefined && text !== '' && (
          <p class="failed-send-text" dir="auto">
            {text}
          </p>
        )}
        {files > 0 && <p>{plural('One file|{n} files', files)}</p>}
        {action.type === 'delete' && <p>{t('Deleting a message')}</p>}
        {action.type === 'react' && <p>{action.emoji}</p>}
      </div>
      <p class="failed-send-reason" role="alert">
        <Icon name="warning" />
        <span>{action.type === 'create' ? t('Not sent: {why}', { why }) : t('Not changed: {why}', { why })}</span>
      </p>
      <p class="failed-send-actions">
        {props.onRetry && button(t('Try again'), props.onRetry)}
        {props.onEdit && (text !== undefined || files > 0) && button(t('Edit'), props.onEdit)}
        {!props.onEdit && text && (
          <Button look="text-button" onClick={() => copyText(text)}>
            {t('Copy text')}
          </Button>
        )}
        {button(t('Discard'))}
      </p>
    </li>
  );
}
