/** Mentions in a text. Source: docs/protocol.md, section 5, "Mentions". */
import { limits } from './limits.ts';
import { isUserName } from './names.ts';

/**
 * `@` and a user name, ignoring case. Neither `name@example.com` nor `@bob@example.com` mentions anybody: the character before `@` must not
 * belong to an address or a path, and the name must end there. The look-ahead takes the whole name, so no part of a longer name matches.
 */
const pattern = /(?<![\p{L}\p{N}\p{M}._%+/@-])@(?=((?:[a-z0-9.-]|%[0-9a-f]{2})+))\1(?![\p{L}\p{N}_@])/giu;

/**
 * The names after an `@`, in the text's order, each once, at most `limits.mentionsPerMessage`. Each has one or two forms, the likelier one first:
 * as written, and without dots and hyphens at its end, which may belong to the sentence.
 */
export function namesAfterAt(text: string): string[][] {
  const written = new Set<string>();
  for (const [, name = ''] of text.matchAll(pattern)) {
    written.add(name.toLowerCase());
    if (written.size === limits.mentionsPerMessage) break;
  }
  return [...written].map((name) => [...new Set([name, name.replace(/[.-]+$/, '')])].filter(isUserName));
}
