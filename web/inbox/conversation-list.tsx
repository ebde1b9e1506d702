import type { ConversationView } from '../../client/index.ts';
import { useMessenger } from '../chat/use-messenger.ts';
import { kindOf, otherOf } from '../people/names.ts';
import { type Route, route } from '../route.ts';
import { ConversationRow } from './conversation-row.tsx';
import { moveWithArrows } from './move-with-arrows.ts';
import { useSteadyOrder } from './use-steady-order.ts';

export function ConversationList({ rows }: { readonly rows: readonly ConversationView[] }) {
  const { me } = useMessenger();
  const { ordered, hold } = useSteadyOrder(rows);
  return (
    <ul class="rows" onKeyDown={moveWithArrows} {...hold}>
      {ordered.map((view) => (
        <ConversationRow key={view.id} view={view} current={isShown(view, route.value, me)} />
      ))}
    </ul>
  );
}

/** An address may name a direct conversation by the other alone. */
function isShown(view: ConversationView, now: Route, me: string): boolean {
  if (now.at !== 'conversation') return false;
  const name = now.name.toLowerCase();
  return name === view.id || (kindOf(name) === 'direct' && name === otherOf(view, me));
}
