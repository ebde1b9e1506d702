/** Whom a text may mention. Source: PROTOCOL section 5, "Mentions". */
import { limits } from './limits.ts';
import { isUserName } from './names.ts';

/**
 * `@` and a user name, upper and lower case alike. Not directly after what an address or a path may end with, and not where the name goes
 * on: neither `name@example.com` nor `@bob@example.com` mentions anybody. The name is taken as a whole (a look-ahead is never tried again),
 * so that no part of a longer one is a mention.
 */
const pattern = /(?<![\p{L}\p{N}\p{M}._%+/@-])@(?=((?:[a-z0-9.-]|%[0-9a-f]{2})+))\1(?![\p{L}\p{N}_@])/giu;

/**
 * The names that a text has after an `@`, in its order, each once and at most `limits.mentionsPerMessage`. Each comes in the forms that may be
 * meant, the likeliest first: as it is written, and without the dots and hyphens at its end, which may be the sentence's.
 */
export function namesAfterAt(text: string): string[][] {
  const written = new Set<string>();
  for (const [, name = ''] of text.matchAll(pattern)) {
    written.add(name.toLowerCase());
    if (written.size === limits.mentionsPerMessage) break;
  }
  return [...written].map((name) => [...new Set([name, name.replace(/[.-]+$/, '')])].filter(isUserName));
}
