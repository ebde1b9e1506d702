import { Icon } from '../ui/icon.tsx';

const states = {
  pending: { icon: 'clock', says: 'Waiting to be sent' },
  sent: { icon: 'check', says: 'Sent' },
  delivered: { icon: 'checks', says: 'Delivered' },
  read: { icon: 'checks', says: 'Read' },
} as const;

/** How far a message of one's own has come. */
export function Tick({ state }: { readonly state: keyof typeof states }) {
  const { icon, says } = states[state];
  return (
    <span class="tick" data-state={state} title={says}>
      <Icon name={icon} />
      <span class="unseen">{says}</span>
    </span>
  );
}
