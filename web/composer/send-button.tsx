import { Icon } from '../ui/icon.tsx';
import type { Composition } from './use-composition.ts';

export function SendButton(props: { readonly isEdit: boolean; readonly composition: Composition }) {
  const { isBlocked, isWaiting, isDue } = props.composition;
  const label = props.isEdit ? 'Save' : isWaiting ? 'Send when uploaded' : 'Send';
  return (
    <button
      type="submit"
      class="icon-button send-button"
      aria-label={label}
      title={label}
      // Not `disabled`, which would drop the focus when the last message has just been sent.
      aria-disabled={isBlocked}
      data-waiting={isWaiting && !isBlocked}
      data-due={isDue}
    >
      <Icon name={props.isEdit ? 'check' : isDue ? 'clock' : 'send'} />
    </button>
  );
}
