import type { Chat, PeoplePage, Profile } from '@parley/client';

/** All people of a list route. @param path with a query, such as `/me/blocks?limit=100` @throws ParleyError */
export async function loadAllPeople(chat: Pick<Chat, 'pages'>, path: string): Promise<Profile[]> {
  const people: Profile[] = [];
  for await (const { results } of chat.pages<PeoplePage>(path)) people.push(...results);
  return people;
}
