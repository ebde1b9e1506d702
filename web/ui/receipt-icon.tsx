import { t } from '../words/words.ts';
import { Icon } from './icon.tsx';

const states = {
  refused: { icon: 'warning', text: 'Not sent' },
  pending: { icon: 'clock', text: 'Waiting to be sent' },
  sent: { icon: 'check', text: 'Sent' },
  delivered: { icon: 'checks', text: 'Delivered' },
  read: { icon: 'checks', text: 'Read' },
} as const;

/** How far a message of the user has come. @param props.after for screen readers, between it and what follows */
export function ReceiptIcon({ state, after }: { readonly state: keyof typeof states; readonly after?: string }) {
  const { icon, text } = states[state];
  return (
    <span class="receipt" data-state={state} title={t(text)}>
      <Icon name={icon} />
      <span class="visually-hidden">
        {t(text)}
        {after}
      </span>
    </span>
  );
}
