import { limits } from '#protocol/limits';
import type { Services } from '../runtime/services.ts';
import type { RequestBase } from './handler.ts';

/** How many results are wanted; `page_size` is another name of `limit`, and counts where both are given. */
interface Wanted {
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

/** One page of a list that was read as a whole, and the addresses of its neighbours. */
export function offsetPage<T>(
  services: Pick<Services, 'config'>,
  request: Pick<RequestBase, 'address'> & { readonly query: Wanted & { readonly offset: number } },
  all: readonly T[],
): { count: number; next: string | null; previous: string | null; slice: T[] } {
  const { offset } = request.query;
  const limit = limitOf(request.query);
  const to = (from: number) => link(services, request, { offset: from, limit });
  return {
    count: all.length,
    next: offset + limit < all.length ? to(offset + limit) : null,
    previous: offset > 0 ? to(Math.max(0, offset - limit)) : null,
    slice: all.slice(offset, offset + limit),
  };
}
