import type { Message } from '@parley/client';
import { useRef, useState } from 'preact/hooks';
import { loadMessage } from './pages.ts';
import type { Thread } from './thread.ts';

type Files = Message['attachments'];

/** ms for which the address of a file holds, with some time to use it */
const holds = 55 * 60_000;
/** ms after which a file that failed is asked for again */
const pause = 60_000;

/**
 * The files of a message, with addresses that stay as long as they hold: what changes in the message loads nothing again.
 * `renew` asks for fresh addresses, after one failed or was about to end; `version` is then another, so that what failed is loaded again even
 * from the same address.
 */
export function useFreshFiles(thread: Thread, { seq, attachments }: Message) {
  const [kept, setKept] = useState<{ readonly files: Files; readonly at: number }>(() => ({
    files: attachments,
    at: Date.now(),
  }));
  const asked = useRef(0);
  const isSame = idsOf(kept.files) === idsOf(attachments);

  /** @param failed that one did not load; without, nothing is done while they hold */
  function renew(failed?: Event): void {
    const now = Date.now();
    if (now - asked.current < pause || (!failed && now - kept.at < holds)) return;
    asked.current = now;
    loadMessage(thread.chat, thread.conversation.id, seq).then(
      (message) => message && setKept({ files: message.attachments, at: now }),
      () => {},
    );
  }

  return { files: isSame ? kept.files : attachments, version: kept.at, renew };
}

function idsOf(files: Files): string {
  return files.map(({ id }) => id).join(' ');
}
