import type { Message } from '@parley/client';
import { useRef, useState } from 'preact/hooks';
import type { Thread } from './thread.ts';

type Attachments = Message['attachments'];

/** The address of a file is valid for an hour; this leaves some time to use it. */
const maxAgeMs = 55 * 60_000;
/** Addresses are requested again after this time at the earliest. */
const retryMs = 60_000;

/**
 * The attachments of a message. Their addresses stay the same while they are valid, so that other changes of the message do not load the files
 * again. `renew` requests fresh addresses; then `version` changes too, so that a file that failed is loaded again even from the same address.
 */
export function useFreshAttachments(thread: Thread, { seq, attachments }: Message) {
  const [kept, setKept] = useState(() => ({ attachments, at: Date.now() }));
  const requestedAt = useRef(0);
  const isSame = idsOf(kept.attachments) === idsOf(attachments);

  /** @param failure the error event of a file; without it, valid addresses are kept */
  function renew(failure?: Event): void {
    const now = Date.now();
    if (now - requestedAt.current < retryMs || (!failure && now - kept.at < maxAgeMs)) return;
    requestedAt.current = now;
    thread.load(seq).then(
      (message) => message && setKept({ attachments: message.attachments, at: now }),
      () => {},
    );
  }

  return { files: isSame ? kept.attachments : attachments, version: kept.at, renew };
}

function idsOf(attachments: Attachments): string {
  return attachments.map(({ id }) => id).join(' ');
}
