import { limits } from '#protocol/limits';
import type { Services } from '../runtime/services.ts';
import type { HttpRequest } from './request.ts';

/** The address of another page of what was asked for. */
export function link(
  { config }: Pick<Services, 'config'>,
  { path, query }: HttpRequest,
  position: Readonly<Record<string, number | string>>,
): string {
  const { before, after, around, offset, ...kept } = query;
  const search = new URLSearchParams(kept);
  for (const [name, value] of Object.entries(position)) search.set(name, String(value));
  return `${config.httpUrl}${path}?${search}`;
}

/** One page of a list that is at hand as a whole, and the addresses of its neighbours. */
export function offsetPage<T>(
  services: Pick<Services, 'config'>,
  request: HttpRequest,
  all: readonly T[],
  { offset, limit: asked }: { readonly offset: number; readonly limit: number },
): { count: number; next: string | null; previous: string | null; slice: T[] } {
  const limit = Math.min(Math.max(asked, 1), limits.pageMaximum);
  const to = (from: number) => link(services, request, { offset: from, limit });
  return {
    count: all.length,
    next: offset + limit < all.length ? to(offset + limit) : null,
    previous: offset > 0 ? to(Math.max(0, offset - limit)) : null,
    slice: all.slice(offset, offset + limit),
  };
}
