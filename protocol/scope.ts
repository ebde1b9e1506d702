/** What one socket receives. Source: PROTOCOL section 2. Its text form is what connections are stored with: `user`, `conversation:alice_bob`, `notifications:all`. */
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

/** Does such a socket get the events of that conversation? */
export function receives(scope: Scope, conversation: string): boolean {
  return scope.kind === 'user' || (scope.kind === 'conversation' && scope.conversation === conversation);
}

/** Does such a socket get the unread counts of that conversation? */
export function watches(scope: Scope, conversation: string): boolean {
  return scope.kind === 'notifications' && (scope.conversation === 'all' || scope.conversation === conversation);
}
