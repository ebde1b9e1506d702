import { Icon } from '../ui/icon.tsx';
import { t } from '../words/words.ts';

const states = {
  pending: { icon: 'clock', text: 'Waiting to be sent' },
  sent: { icon: 'check', text: 'Sent' },
  delivered: { icon: 'checks', text: 'Delivered' },
  read: { icon: 'checks', text: 'Read' },
} as const;

export function ReceiptIcon({ state }: { readonly state: keyof typeof states }) {
  const { icon, text } = states[state];
  return (
    <span class="receipt" data-state={state} title={t(text)}>
      <Icon name={icon} />
      <span class="visually-hidden">{t(text)}</span>
    </span>
  );
}
