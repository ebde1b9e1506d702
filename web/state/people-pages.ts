import type { Chat, Profile } from '@parley/client';
import { queryOf } from './names.ts';

interface Page {
  readonly results: readonly Profile[];
  readonly next: string | null;
}

/** Loads a whole list of people, page by page. @param path such as `/me/friends?state=received` @throws ParleyError */
export async function loadAllPeople(chat: Pick<Chat, 'request'>, path: string): Promise<Profile[]> {
  const [route] = path.split('?');
  const people: Profile[] = [];
  for (let query: URLSearchParams | undefined = queryOf(path); query; ) {
    query.set('limit', '100');
    const { results, next }: Page = await chat.request<Page>('GET', `${route}?${query}`);
    people.push(...results);
    query = next === null ? undefined : queryOf(next);
  }
  return people;
}
