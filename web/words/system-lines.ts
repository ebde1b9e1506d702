/**
 * The server's lines about a conversation, such as "Bob invited Carol", in the reader's language. The server writes them in English, with the
 * names of the moment; the author's name is known, so what follows it tells which line it is. Loaded with the languages other than English.
 */
import { t } from './words.ts';

type Say = (values: { readonly name: string; readonly who: string; readonly title: string }) => string;

const lines: readonly (readonly [line: RegExp, say: Say])[] = [
  [/^ created the group$/, ({ name }) => t('{name} created the group', { name })],
  [/^ invited (?<who>.+)$/, ({ name, who }) => t('{name} invited {who}', { name, who })],
  [/^ removed (?<who>.+)$/, ({ name, who }) => t('{name} removed {who}', { name, who })],
  [/^ joined$/, ({ name }) => t('{name} joined', { name })],
  [/^ left$/, ({ name }) => t('{name} left', { name })],
  [/^ named the group (?<title>.+)$/, ({ name, title }) => t('{name} named the group {title}', { name, title })],
  [/^ named the room (?<title>.+)$/, ({ name, title }) => t('{name} named the room {title}', { name, title })],
  [/^ took the description away$/, ({ name }) => t('{name} took the description away', { name })],
  [/^ changed the description$/, ({ name }) => t('{name} changed the description', { name })],
  [/^ took the picture away$/, ({ name }) => t('{name} took the picture away', { name })],
  [/^ changed the picture$/, ({ name }) => t('{name} changed the picture', { name })],
  [/^ pinned a message$/, ({ name }) => t('{name} pinned a message', { name })],
  [/^ unpinned a message$/, ({ name }) => t('{name} unpinned a message', { name })],
  [/^ took the group over$/, ({ name }) => t('{name} took the group over', { name })],
  [/^ took the room over$/, ({ name }) => t('{name} took the room over', { name })],
  [
    /^ handed the group over to (?<who>.+)$/,
    ({ name, who }) => t('{name} handed the group over to {who}', { name, who }),
  ],
  [
    /^ handed the room over to (?<who>.+)$/,
    ({ name, who }) => t('{name} handed the room over to {who}', { name, who }),
  ],
  [/^ made (?<who>.+) an admin$/, ({ name, who }) => t('{name} made {who} an admin', { name, who })],
  [/^ made (?<who>.+) a moderator$/, ({ name, who }) => t('{name} made {who} a moderator', { name, who })],
  [/^ made (?<who>.+) a member$/, ({ name, who }) => t('{name} made {who} a member', { name, who })],
];

/** @param text of a system entry @param name its author's @returns the text itself if a newer server wrote something else */
export function systemLine(text: string, name: string): string {
  if (!text.startsWith(name)) return text;
  for (const [line, say] of lines) {
    const found = line.exec(text.slice(name.length));
    if (found) return say({ name, who: found.groups?.who ?? '', title: found.groups?.title ?? '' });
  }
  return text;
}
