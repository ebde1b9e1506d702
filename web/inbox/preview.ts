import type { ConversationView } from '@parley/client';

/** The second line of a row: what was said last, and before it by whom, where that is not plain. */
export interface Preview {
  readonly by?: string;
  readonly text: string;
  /** Words of the page, not of a person. */
  readonly quiet: boolean;
}

export function previewOf(
  { kind, last_message }: Pick<ConversationView, 'kind' | 'last_message'>,
  me: string,
): Preview {
  if (!last_message) return { text: 'No messages yet', quiet: true };
  const { from_user, message, content_type, deleted } = last_message;
  if (content_type === 'system') return { text: message, quiet: true };
  const by = from_user.username === me ? 'You' : kind === 'direct' ? undefined : from_user.name;
  if (deleted) return { by, text: 'Deleted message', quiet: true };
  if (message !== '') return { by, text: message.replace(/\s+/g, ' '), quiet: false };
  return { by, text: content_type === 'image' ? 'Photo' : 'File', quiet: false };
}

/** Who types, in words: `typing…` in a direct conversation, else with names. */
export function typingWords(names: readonly string[], kind: ConversationView['kind']): string {
  if (kind === 'direct') return 'typing…';
  const [first, second] = names;
  if (names.length === 1) return `${first} is typing…`;
  return names.length === 2 ? `${first} and ${second} are typing…` : `${names.length} people are typing…`;
}
