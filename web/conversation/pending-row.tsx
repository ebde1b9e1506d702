import type { Sending } from '../../client/index.ts';
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
  const files = what.attachments?.length ?? 0;
  return (
    <li class="message" data-own={true} data-first={first} data-last={last}>
      <div class="message-line">
        <div class="message-body">
          <div class="bubble">
            {what.reply_to !== undefined && <MessageQuote thread={thread} seq={what.reply_to} />}
            {files > 0 && <p class="pending-files">{files === 1 ? 'One file' : `${files} files`}</p>}
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
