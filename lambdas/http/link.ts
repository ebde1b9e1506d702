import type { Services } from '../runtime/services.ts';
import type { HttpRequest } from './request.ts';

/** The address of another page of what was asked for. */
export function link(
  { config }: Pick<Services, 'config'>,
  { path, query }: HttpRequest,
  position: Readonly<Record<string, number>>,
): string {
  const { before, after, around, offset, ...kept } = query;
  const search = new URLSearchParams(kept);
  for (const [name, value] of Object.entries(position)) search.set(name, String(value));
  return `${config.httpUrl}${path}?${search}`;
}
