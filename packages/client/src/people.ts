import type { Chat } from './chat.ts';
import type { PeoplePage, Profile } from './protocol.ts';

/** All people of a list route. @param path with a query, such as `/me/blocks?limit=100` @throws ParleyError */
export async function loadPeople(chat: Pick<Chat, 'pages'>, path: string): Promise<readonly Profile[]> {
  const people: Profile[] = [];
  for await (const { results } of chat.pages<PeoplePage>(path)) people.push(...results);
  return people;
}
