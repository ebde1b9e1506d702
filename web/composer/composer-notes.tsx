import { useMessenger } from '../chat/use-messenger.ts';
import { sayRoom } from './room-left.ts';
import type { Composition } from './use-composition.ts';

/** What there is to know about the message that is being written; nothing most of the time. */
export function ComposerNotes(props: {
  readonly id: string;
  readonly composition: Composition;
  /** How many the list of people to mention has. */
  readonly people: number;
}) {
  const { left, isDue, files } = props.composition;
  const { status } = useMessenger().state.value;
  const room = sayRoom(left);
  return (
    <div class="composer-notes" id={props.id}>
      {room !== undefined && <p data-bad={left < 0}>{room}</p>}
      <div role="status">
        {(status === 'offline' || status === 'waiting') && <p>You are offline. Messages are sent when you are back.</p>}
        {isDue && <p>Sent as soon as the files are uploaded.</p>}
        {props.people > 0 && (
          <p class="unseen">{props.people === 1 ? 'One person' : `${props.people} people`} to mention.</p>
        )}
      </div>
      <div role="alert">{files.refusal.value !== undefined && <p data-bad="true">{files.refusal.value}</p>}</div>
    </div>
  );
}
