import type { OutboxItem } from '@parley/client';
import { Icon } from '../ui/icon.tsx';
import { ReceiptIcon } from '../ui/receipt-icon.tsx';
import { formatSize } from '../uploads/format-size.ts';
import { sentUpload } from '../uploads/message-files.ts';
import { fileLabel } from '../voice/voice-name.ts';
import { t } from '../words/words.ts';
import { boxOf } from './message-attachments.tsx';
import { MessageQuote } from './message-quote.tsx';
import { MessageText } from './message-text.tsx';
import type { Thread } from './thread.ts';

/** A message of the user that is waiting to be sent. */
export function PendingRow(props: {
  readonly thread: Thread;
  readonly item: OutboxItem;
  readonly first: boolean;
  readonly last: boolean;
}) {
  const { thread, first, last } = props;
  const { action } = props.item;
  if (action.type !== 'create') return null;
  return (
    <li class="message" data-own={true} data-first={first} data-last={last}>
      <div class="message-line">
        <div class="message-body">
          <div class="bubble">
            {action.reply_to !== undefined && <MessageQuote thread={thread} seq={action.reply_to} />}
            {action.attachments && action.attachments.length > 0 && <PendingFiles ids={action.attachments} />}
            <div class="message-words" dir="auto">
              {action.message !== undefined && <MessageText thread={thread} text={action.message} mentions={[]} />}
              <span class="message-meta" dir="auto">
                <ReceiptIcon state="pending" />
              </span>
            </div>
          </div>
        </div>
      </div>
    </li>
  );
}

/** Shown like sent files, as far as this page still knows them. */
function PendingFiles({ ids }: { readonly ids: readonly string[] }) {
  const files = ids.map((id) => ({ id, ...sentUpload(id) }));
  const isPicture = ({ preview, type = '' }: (typeof files)[number]) => preview !== undefined && /^image\//.test(type);
  const pictures = files.filter(isPicture);
  return (
    <div class="attachments">
      <div class="gallery" data-count={pictures.length}>
        {pictures.map(({ id, preview, name, pixels = {} }) => (
          <span class="picture" key={id} style={pictures.length > 1 ? undefined : boxOf(pixels)}>
            <img src={preview} alt={name} />
          </span>
        ))}
      </div>
      {files.map(
        (file) =>
          !pictures.includes(file) && (
            <p class="file" key={file.id}>
              <span>
                <Icon name="file" />
              </span>
              <span class="file-about">
                <span class="file-name" dir="auto">
                  {fileLabel(file.name ?? t('File'))}
                </span>
                <span class="file-size">{file.size ? formatSize(file.size) : '\u00a0'}</span>
              </span>
            </p>
          ),
      )}
    </div>
  );
}
