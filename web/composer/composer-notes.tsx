import { useMessenger } from '../state/session-context.ts';
import { plural, t } from '../words/words.ts';
import { remainingText } from './remaining-length.ts';
import type { ShownComposition } from './use-composition.ts';

/** Notes about the message being written; empty most of the time. */
export function ComposerNotes(props: {
  readonly id: string;
  readonly composition: ShownComposition;
  /** Length of the list of people to mention. */
  readonly mentionCount: number;
}) {
  const { remaining, isQueued, files } = props.composition;
  const { status } = useMessenger().state.value;
  const lengthNote = remainingText(remaining);
  return (
    <div class="composer-notes" id={props.id}>
      {lengthNote !== undefined && <p data-bad={remaining < 0}>{lengthNote}</p>}
      <div role="status">
        {status === 'offline' && <p>{t('You are offline. Messages are sent when you are back.')}</p>}
        {status === 'waiting' && <p>{t('Not connected; trying again soon.')}</p>}
        {isQueued && <p>{queuedNote(files.status.value)}</p>}
        {props.mentionCount > 0 && (
          <p class="visually-hidden">{plural('One person to mention.|{n} people to mention.', props.mentionCount)}</p>
        )}
      </div>
      <div role="alert">{files.problem.value !== undefined && <p data-bad="true">{files.problem.value}</p>}</div>
    </div>
  );
}

function queuedNote(status: 'uploading' | 'failed' | 'ready'): string {
  return status === 'failed'
    ? t('Not sent yet: a file could not be uploaded. Try again, or remove it.')
    : t('Sent as soon as the files are uploaded.');
}
