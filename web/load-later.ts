type Chunk = typeof import('./lazy-chunk.ts');

let loading: Promise<Chunk> | undefined;
let attempts = 0;

/**
 * Downloads the parts of the page that most visits do not need, with their styles, once. What failed is downloaded again at the next call.
 * @throws Error if there is no connection and the service worker does not have them yet
 */
export function loadLater(): Promise<Chunk> {
  if (!loading) {
    const started = Promise.all([loadScript(), loadStyles()]).then(([chunk]) => chunk);
    loading = started;
    started.catch(() => {
      loading = undefined;
      attempts++;
    });
  }
  return loading;
}

function loadScript(): Promise<Chunk> {
  // Firefox before 155 remembers that the import of an address failed: https://bugzilla.mozilla.org/show_bug.cgi?id=2055211
  return import(addressOf('script') + (attempts > 0 ? `?${attempts}` : ''));
}

async function loadStyles(): Promise<void> {
  const link = document.createElement('link');
  link.rel = 'stylesheet';
  link.href = addressOf('styles');
  await new Promise((resolve, reject) => {
    link.onload = resolve;
    link.onerror = reject;
    document.head.append(link);
  }).catch((error) => {
    link.remove();
    throw error;
  });
}

/** The build writes the addresses into the document: a script that contained the address of what imports it would have no hash. */
function addressOf(what: 'script' | 'styles'): string {
  return document.querySelector<HTMLMetaElement>(`meta[name=later-${what}]`)?.content ?? '';
}
