import type { Chat, Profile } from '@parley/client';
import { queryOf } from '../../packages/client/src/http.ts';

interface Page {
  readonly results: readonly Profile[];
  readonly next: string | null;
}

/** All of a list of people, page by page. @param path such as `/me/friends?state=received` @throws ParleyError */
export async function allPeople(chat: Pick<Chat, 'request'>, path: string): Promise<Profile[]> {
  const [where = '', query] = path.split('?');
  const people: Profile[] = [];
  let asked: URLSearchParams | undefined = new URLSearchParams(query);
  asked.set('limit', '100');
  while (asked) {
    const { results, next }: Page = await chat.request<Page>('GET', `${where}?${asked}`);
    people.push(...results);
    asked = next === null ? undefined : queryOf(next);
  }
  return people;
}
