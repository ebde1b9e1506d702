import type { Chat, PeoplePage, Profile } from '@parley/client';

/** All of a list of people, page by page. @param path such as `/me/friends?state=received` @throws ParleyError */
export async function allPeople(chat: Pick<Chat, 'pages'>, path: string): Promise<Profile[]> {
  const people: Profile[] = [];
  const limited = `${path}${path.includes('?') ? '&' : '?'}limit=100`;
  for await (const { results } of chat.pages<PeoplePage>(limited)) people.push(...results);
  return people;
}
