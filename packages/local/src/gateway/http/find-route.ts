import type { HttpRoute } from '#gateway/apis';
import { percentDecode } from '#text';

export interface FoundRoute {
  readonly route: HttpRoute;
  /** Decoded. */
  readonly parameters: Readonly<Record<string, string>>;
}

/**
 * The most specific route: exact segments come before `{parameter}`, then `{greedy+}`, then `$default`. For equal paths, the method comes
 * before ANY. Source: AWS, "Create routes for HTTP APIs".
 * @param path without the stage, percent-encoded
 */
export function findRoute(routes: readonly HttpRoute[], method: string, path: string): FoundRoute | undefined {
  const segments = path.split('/').slice(1);
  const candidates = routes
    .filter((route) => route.key !== '$default' && (route.method === method || route.method === 'ANY'))
    .flatMap((route) => {
      const match = matchPath(route.path.split('/').slice(1), segments);
      return match ? [{ route, ...match }] : [];
    });
  candidates.sort(
    (a, b) =>
      (a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : 0) ||
      Number(a.route.method === 'ANY') - Number(b.route.method === 'ANY'),
  );
  const [best] = candidates;
  if (best) return { route: best.route, parameters: best.parameters };
  const fallback = routes.find((route) => route.key === '$default');
  return fallback && { route: fallback, parameters: {} };
}

/** `rank` has one digit per segment. A lower digit is more specific. */
function matchPath(pattern: readonly string[], segments: readonly string[]) {
  const parameters: Record<string, string> = {};
  let rank = '';
  for (const [index, part] of pattern.entries()) {
    const [, name, greedy] = /^\{([^}+]+)(\+)?\}$/.exec(part) ?? [];
    const segment = segments[index];
    if (segment === undefined) return undefined;
    // A variable does not match an empty segment: `/items/` matches neither `/items/{id}` nor `/items/{proxy+}`.
    if (name !== undefined && segment === '') return undefined;
    if (name !== undefined && greedy) {
      parameters[name] = segments.slice(index).map(percentDecode).join('/');
      return { parameters, rank: `${rank}2` };
    }
    if (name === undefined && percentDecode(segment) !== part) return undefined;
    if (name !== undefined) parameters[name] = percentDecode(segment);
    rank += name === undefined ? '0' : '1';
  }
  return pattern.length === segments.length ? { parameters, rank } : undefined;
}
