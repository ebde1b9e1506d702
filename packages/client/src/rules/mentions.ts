/** Copied from protocol/mentions.ts by `npm run generate:docs`: do not edit. */
/** Mentions in a text. Source: docs/protocol.md, section 5, "Mentions". */
import { limits } from './limits.ts';
import { isUserName } from './user-name.ts';

/** Scripts that are written without spaces, or (Hangul) whose particles follow a name at once: `你好@bob`, `@bobさん`. */
const withoutSpaces = [
  'Han',
  'Hira',
  'Kana',
  'Bopo',
  'Hang',
  'Thai',
  'Laoo',
  'Khmr',
  'Mymr',
  'Tibt',
  'Yiii',
  'Lana',
  'Bali',
  'Java',
]
  .map((script) => `\\p{scx=${script}}`)
  .join('');

/** What the character before an `@` must not be, if the `@` is to mention somebody: part of a word with spaces around it, of an address or a path. */
const beforeMention = `(?<!(?![${withoutSpaces}])[\\p{L}\\p{N}\\p{M}._%+/@-])`;

/**
 * `@` and a user name, ignoring case. Neither `name@example.com` nor `@bob@example.com` mentions anybody: the character before `@` must not
 * belong to an address or a path, and the name must end there. The look-ahead takes the whole name, so no part of a longer name matches.
 */
const mention = new RegExp(
  `${beforeMention}@(?=((?:[a-z0-9.-]|%[0-9a-f]{2})+))\\1(?!(?![${withoutSpaces}])[\\p{L}\\p{N}_@])`,
  'giu',
);

/** A mention that is being typed: the end of a text from the `@` on. */
export const typedMention = new RegExp(`${beforeMention}@([\\p{L}\\p{N}\\p{M}.%-]*)$`, 'u');

/** A name after an `@`. */
export interface WrittenMention {
  /** The place of the `@`. */
  readonly at: number;
  /**
   * The name, in lower case: as written, and without dots and hyphens at its end, which may belong to the sentence. The likelier one first;
   * empty if neither is a user name.
   */
  readonly forms: readonly string[];
}

/** All names after an `@`, in the text's order. */
export function* writtenMentions(text: string): Generator<WrittenMention> {
  for (const { 1: written = '', index: at } of text.matchAll(mention)) {
    const name = written.toLowerCase();
    yield { at, forms: [...new Set([name, withoutPunctuation(name)])].filter(isUserName) };
  }
}

/**
 * The names after an `@`, in the text's order, each once, at most `limits.mentionsPerMessage`.
 * @returns each with its forms, the likelier one first
 */
export function namesAfterAt(text: string): (readonly string[])[] {
  const written = new Map<string, readonly string[]>();
  for (const { forms } of writtenMentions(text)) {
    written.set(forms.join(' '), forms);
    if (written.size === limits.mentionsPerMessage) break;
  }
  return [...written.values()];
}

function withoutPunctuation(name: string): string {
  let end = name.length;
  while (end > 0 && (name[end - 1] === '.' || name[end - 1] === '-')) end -= 1;
  return name.slice(0, end);
}
