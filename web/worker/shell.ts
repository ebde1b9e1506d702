/** Answers from the page's own files: without a connection the page is there all the same. */
import { kept } from './words.ts';

/** Paths of all files that the page begins with, `/` first; the build knows them. */
declare const FILES: readonly string[];
/** Follows from the files' contents. */
declare const VERSION: string;

const current = `parley-${VERSION}`;
/** ms after which what is kept is shown, if the network has not answered */
const patience = 2_500;

/** Fetches all files, or fails: then the former version stays. */
export async function fetchShell(): Promise<void> {
  const cache = await caches.open(current);
  // What has its contents in its name was fetched by the page a moment ago.
  const modeOf = (path: string) => (path.startsWith('/assets/') ? 'default' : 'no-cache');
  await cache.addAll(FILES.map((path) => new Request(path, { cache: modeOf(path) })));
  const page = await (await cache.match('/'))?.text();
  // A deployment that is under way: the page is newer already than this worker. The next one comes in a moment.
  if (!FILES.every((path) => !path.startsWith('/assets/') || page?.includes(path))) {
    await caches.delete(current);
    throw new Error('unable to keep the page; it is of another version than its worker');
  }
  await (await caches.open(kept.cache)).add(kept.config);
}

export async function dropFormer(): Promise<void> {
  const former = (await caches.keys()).filter((name) => name !== current && name !== kept.cache);
  await Promise.all(former.map((name) => caches.delete(name)));
}

/** @returns undefined for what is not the page's own: APIs and sockets go their own way */
export function answer(request: Request): Promise<Response> | undefined {
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== self.location.origin) return undefined;
  if (pathname === kept.config) return newestConfig(request);
  if (pathname === '/') return newest(request, () => caches.match('/', { cacheName: current }));
  if (FILES.includes(pathname) || pathname.startsWith('/assets/')) return fetchOnce(request);
  return undefined;
}

/** What has its contents in its name stays what it is: parts of the page that were fetched once are there from then on. */
async function fetchOnce(request: Request): Promise<Response> {
  const cache = await caches.open(current);
  const found = await cache.match(request);
  if (found) return found;
  const response = await fetch(request);
  if (response.ok) await cache.put(request, response.clone());
  return response;
}

async function newestConfig(request: Request): Promise<Response> {
  const cache = await caches.open(kept.cache);
  const response = await newest(request, () => cache.match(kept.config));
  if (response.ok) await cache.put(kept.config, response.clone());
  return response;
}

/** The network's, so that a deployment is seen at once; what is kept where that fails or takes long. */
async function newest(request: Request, find: () => Promise<Response | undefined>): Promise<Response> {
  const answered = fetch(request);
  const late = new Promise<undefined>((resolve) => setTimeout(resolve, patience));
  const response = await Promise.race([answered, late]).catch(() => undefined);
  if (response && response.status < 500) return response;
  return (await find()) ?? answered;
}
