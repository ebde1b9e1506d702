/** Answers requests for the page's own files from a cache, so that the page opens offline too. */
import { sharedCache } from './messages.ts';

/** Paths of all files that the page loads at start, `/` first. The build defines it. */
declare const FILES: readonly string[];
/** Paths of the files that the page loads when they are needed. The build defines it. */
declare const LATER: readonly string[];
/** A hash of the files' contents. The build defines it. */
declare const VERSION: string;

const cacheName = `parley-${VERSION}`;
/** If the network takes longer, the cached answer is used. */
const networkTimeoutMs = 2_500;

/** Fetches all files. If one fails, so does this, and the former version stays installed. */
export async function cacheFiles(): Promise<void> {
  const cache = await caches.open(cacheName);
  // The page has just loaded the assets; their names contain a hash of their contents, so the HTTP cache is always right.
  const modeOf = (path: string) => (path.startsWith('/assets/') ? 'default' : 'no-cache');
  await cache.addAll(FILES.map((path) => new Request(path, { cache: modeOf(path) })));
  const page = await (await cache.match('/'))?.text();
  // During a deployment the page may already be newer than this worker. The new worker follows in a moment.
  if (!FILES.every((path) => !path.startsWith('/assets/') || page?.includes(path))) {
    await caches.delete(cacheName);
    throw new Error('unable to cache the page; it is of another version than its worker');
  }
  await (await caches.open(sharedCache.name)).add(sharedCache.config);
}

/**
 * Fetches what the page loads later, so that every part of it works offline too. What fails is fetched at the next visit, or when it is needed.
 */
export async function cacheLater(): Promise<void> {
  const cache = await caches.open(cacheName);
  const add = async (path: string) => (await cache.match(path)) ?? cache.add(path);
  await Promise.allSettled(LATER.map(add));
}

export async function deleteOldCaches(): Promise<void> {
  const old = (await caches.keys()).filter((name) => name !== cacheName && name !== sharedCache.name);
  await Promise.all(old.map((name) => caches.delete(name)));
}

/** @returns undefined for requests that the browser should handle itself, such as those to the API */
export function respond(request: Request): Promise<Response> | undefined {
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== self.location.origin) return undefined;
  if (pathname === sharedCache.config) return newestConfig(request);
  if (pathname === '/') return newest(request, () => caches.match('/', { cacheName }));
  if (FILES.includes(pathname) || pathname.startsWith('/assets/')) return cached(request);
  return undefined;
}

/** From the cache, else from the network and into the cache: assets with the same name never change. */
async function cached(request: Request): Promise<Response> {
  const cache = await caches.open(cacheName);
  // The page asks for a script that it could not load with another query.
  const found = await cache.match(request, { ignoreSearch: true });
  if (found) return found;
  const response = await fetch(request);
  if (response.ok) await cache.put(request, response.clone());
  return response;
}

async function newestConfig(request: Request): Promise<Response> {
  const cache = await caches.open(sharedCache.name);
  const response = await newest(request, () => cache.match(sharedCache.config));
  if (response.ok) await cache.put(sharedCache.config, response.clone());
  return response;
}

/** From the network, so that a deployment is seen at once; from the cache if the network fails or is slow. */
async function newest(request: Request, find: () => Promise<Response | undefined>): Promise<Response> {
  const answered = fetch(request);
  const timeout = new Promise<undefined>((resolve) => setTimeout(resolve, networkTimeoutMs));
  const response = await Promise.race([answered, timeout]).catch(() => undefined);
  if (response && response.status < 500) return response;
  return (await find()) ?? answered;
}
