/** What one connection receives. Stored as text: `user`, `conversation:alice_bob`, `notifications:all`. Source: docs/protocol.md, section 2. */
export type Scope =
  | { readonly kind: 'user' }
  | { readonly kind: 'conversation'; readonly conversation: string }
  | { readonly kind: 'notifications'; readonly conversation: string | 'all' };

export function scopeToText(scope: Scope): string {
  return scope.kind === 'user' ? 'user' : `${scope.kind}:${scope.conversation}`;
}

export function scopeFromText(text: string): Scope {
  if (text.startsWith('conversation:'))
    return { kind: 'conversation', conversation: text.slice('conversation:'.length) };
  if (text.startsWith('notifications:'))
    return { kind: 'notifications', conversation: text.slice('notifications:'.length) };
  return { kind: 'user' };
}

/** Does a connection with this scope get the events of the conversation? */
export function receives(scope: Scope, conversation: string): boolean {
  return scope.kind === 'user' || (scope.kind === 'conversation' && scope.conversation === conversation);
}

/** Does a connection with this scope get the unread counts of the conversation? */
export function watches(scope: Scope, conversation: string): boolean {
  return scope.kind === 'notifications' && (scope.conversation === 'all' || scope.conversation === conversation);
}
