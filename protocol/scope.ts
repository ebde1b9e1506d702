/**
 * What one connection receives. Source: docs/protocol.md, section 2. A connection is stored with its text form: `user`,
 * `conversation:alice_bob`, `notifications:all`.
 */
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

/** Whether a connection with this scope gets the events of the conversation. */
export function receives(scope: Scope, conversation: string): boolean {
  return scope.kind === 'user' || (scope.kind === 'conversation' && scope.conversation === conversation);
}

/** Whether a connection with this scope gets the unread counts of the conversation. */
export function watches(scope: Scope, conversation: string): boolean {
  return scope.kind === 'notifications' && (scope.conversation === 'all' || scope.conversation === conversation);
}
