import type { Sending } from '../../client/index.ts';
import { sentUpload } from '../uploads/sent-uploads.ts';
import { boxOf } from './message-attachments.tsx';
import { MessageQuote } from './message-quote.tsx';
import { MessageText } from './message-text.tsx';
import type { Thread } from './thread.ts';
import { Tick } from './tick.tsx';

/** A message of one's own that the server does not have yet. */
export function PendingRow(props: {
  readonly thread: Thread;
  readonly sending: Sending;
  readonly first: boolean;
  readonly last: boolean;
}) {
  const { thread, first, last } = props;
  const { what } = props.sending;
  if (what.type !== 'create') return null;
  return (
    <li class="message" data-own={true} data-first={first} data-last={last}>
      <div class="message-line">
        <div class="message-body">
          <div class="bubble">
            {what.reply_to !== undefined && <MessageQuote thread={thread} seq={what.reply_to} />}
            {what.attachments && what.attachments.length > 0 && (
              <div class="attachments">
                {what.attachments.map((id) => (
                  <PendingFile key={id} id={id} />
                ))}
              </div>
            )}
            {what.message !== undefined && <MessageText text={what.message} mentions={[]} me={thread.me} />}
            <span class="message-meta">
              <Tick state="pending" />
            </span>
          </div>
        </div>
      </div>
    </li>
  );
}

/** As it will be shown, as far as this page knows it. */
function PendingFile({ id }: { readonly id: string }) {
  const { preview, pixels, type = '', name = 'File' } = sentUpload(id) ?? {};
  if (preview === undefined || !type.startsWith('image/')) return <p class="pending-file">{name}</p>;
  return (
    <span class="picture" style={boxOf(pixels ?? {})}>
      <img src={preview} alt={name} />
    </span>
  );
}
