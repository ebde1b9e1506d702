/** The names that a text may mention. Source: docs/protocol.md, section 5, "Mentions". */
import { limits } from './limits.ts';
import { isUserName } from './names.ts';

/**
 * `@` and a user name, in upper or lower case. Neither `name@example.com` nor `@bob@example.com` mentions anybody: the first look-behind
 * excludes an address or path before the `@`, and the last look-ahead excludes a name that goes on. The name is matched inside a look-ahead,
 * which never backtracks, so that a part of a longer name is not a mention.
 */
const pattern = /(?<![\p{L}\p{N}\p{M}._%+/@-])@(?=((?:[a-z0-9.-]|%[0-9a-f]{2})+))\1(?![\p{L}\p{N}_@])/giu;

/**
 * The names after an `@`, in the order of the text, each once and at most `limits.mentionsPerMessage`. Each name comes in its possible forms,
 * the likeliest first: as written, and without dots and hyphens at the end, because these may belong to the sentence.
 */
export function namesAfterAt(text: string): string[][] {
  const written = new Set<string>();
  for (const [, name = ''] of text.matchAll(pattern)) {
    written.add(name.toLowerCase());
    if (written.size === limits.mentionsPerMessage) break;
  }
  return [...written].map((name) => [...new Set([name, name.replace(/[.-]+$/, '')])].filter(isUserName));
}
