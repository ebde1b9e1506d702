import type { ConversationView } from '@parley/client';
import { kindOf, otherOf } from '../people/names.ts';
import type { Route } from '../route.ts';

/** Is it the one that the address names? That may name a direct conversation by the other alone. */
export function isShown(view: ConversationView, now: Route, me: string): boolean {
  if (now.at !== 'conversation') return false;
  const name = now.name.toLowerCase();
  return name === view.id || (kindOf(name) === 'direct' && name === otherOf(view, me));
}
