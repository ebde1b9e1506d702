import { limits } from '#protocol/limits';
import type { Services } from '../runtime/services.ts';
import type { HttpRequest } from './request.ts';

/** How many results were asked for, by either name. */
interface Asked {
  readonly limit: number;
  readonly page_size?: number | undefined;
}

/** Beyond what a page can have it counts as the nearest. */
export function limitOf({ limit, page_size: size }: Asked): number {
  return Math.min(Math.max(size ?? limit, 1), limits.pageMaximum);
}

/** The address of another page of what was asked for. */
export function link(
  { config }: Pick<Services, 'config'>,
  { path, query }: HttpRequest,
  position: Readonly<Record<string, number | string>>,
): string {
  const { before, after, around, offset, page, page_size, ...kept } = query;
  const search = new URLSearchParams(kept);
  for (const [name, value] of Object.entries(position)) search.set(name, String(value));
  return `${config.httpUrl}${path}?${search}`;
}

/** One page of a list that is at hand as a whole, and the addresses of its neighbours. */
export function offsetPage<T>(
  services: Pick<Services, 'config'>,
  request: HttpRequest,
  all: readonly T[],
  asked: Asked & { readonly offset: number },
): { count: number; next: string | null; previous: string | null; slice: T[] } {
  const { offset } = asked;
  const limit = limitOf(asked);
  const to = (from: number) => link(services, request, { offset: from, limit });
  return {
    count: all.length,
    next: offset + limit < all.length ? to(offset + limit) : null,
    previous: offset > 0 ? to(Math.max(0, offset - limit)) : null,
    slice: all.slice(offset, offset + limit),
  };
}
