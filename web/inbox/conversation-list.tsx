import type { ConversationView } from '@parley/client';
import { useMessenger } from '../chat/use-messenger.ts';
import { route } from '../route.ts';
import { ConversationRow } from './conversation-row.tsx';
import { isShown } from './is-shown.ts';
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
