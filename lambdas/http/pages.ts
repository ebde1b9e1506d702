import { limits } from '#protocol/limits';
import type { Services } from '../runtime/services.ts';
import type { RequestBase } from './handler.ts';

/** How many results are wanted; `page_size` is another name of `limit`, and counts where both are given. */
export interface Wanted {
  readonly limit: number;
  readonly page_size?: number | undefined;
}

/** A number outside of the bounds counts as the nearest one inside. */
export function limitOf({ limit, page_size: size }: Wanted): number {
  return Math.min(Math.max(size ?? limit, 1), limits.pageMaximum);
}

/** The address of another page of the same list. */
export function link(
  { config }: Pick<Services, 'config'>,
  { address }: Pick<RequestBase, 'address'>,
  position: Readonly<Record<string, number | string>>,
): string {
  const { at, before, after, around, offset, page, page_size, ...kept } = address.query;
  const search = new URLSearchParams(kept);
  for (const [name, value] of Object.entries(position)) search.set(name, String(value));
  return `${config.httpUrl}${address.path}?${search}`;
}

/** A list that is short enough to be one page. */
export function wholeList<T>(results: T[]) {
  return { count: results.length, next: null, previous: null, results };
}
