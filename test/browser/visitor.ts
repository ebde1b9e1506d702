import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';

/** A browser of its own. Its tabs share their storage, and everything that goes wrong in any of them is recorded. */
export interface Visitor {
  readonly context: BrowserContext;
  /** The first tab. */
  readonly page: Page;
  /** Opens another tab. */
  tab(): Promise<Page>;
  /** Expects a problem: if it does not happen, the story fails. */
  expectProblem(pattern: RegExp): void;
  /** Problems that were not expected, and expected ones that did not happen. */
  problems(): string[];
}

/** @param name used in messages */
export async function visit(browser: Browser, name: string, options: BrowserContextOptions): Promise<Visitor> {
  const context = await browser.newContext({
    viewport: { width: 1200, height: 800 },
    locale: 'en-GB',
    timezoneId: 'UTC',
    ...options,
  });
  // Shorter than the default of 30 seconds, so that a story fails sooner.
  context.setDefaultTimeout(15_000);
  await context.tracing.start({ snapshots: true });
  const happened: string[] = [];
  const expected: { readonly pattern: RegExp; met: boolean }[] = [];

  function record(problem: string): void {
    const match = expected.find(({ pattern }) => pattern.test(problem));
    if (match) match.met = true;
    else happened.push(`${name}: ${problem}`);
  }

  context.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning')
      record(`${message.text()} (${message.location().url})`);
  });
  context.on('weberror', (error) => record(error.error().stack ?? String(error.error())));
  context.on('requestfailed', (request) => {
    const why = request.failure()?.errorText ?? 'failed';
    // Requests that the page itself aborts, or that end when it is closed.
    if (!['net::ERR_ABORTED', 'NS_BINDING_ABORTED', 'NS_ERROR_ABORT'].includes(why))
      record(`${why} at ${request.method()} ${request.url()}`);
  });
  if (browser.browserType().name() === 'firefox') await context.addInitScript(likeOneOfItsOwn);
  await context.addInitScript(() => {
    addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sourceFile, lineNumber, sample }) => {
      console.error(`policy ${violatedDirective} violated: ${blockedURI} ${sourceFile}:${lineNumber} ${sample}`);
    });
  });
  return {
    context,
    page: await context.newPage(),
    tab: () => context.newPage(),
    expectProblem: (pattern) => expected.push({ pattern, met: false }),
    problems: () => [
      ...happened,
      ...expected.filter(({ met }) => !met).map(({ pattern }) => `${name}: ${pattern} was expected and did not happen`),
    ],
  };
}

/** What Chromium does when it is driven, and Firefox does not. */
function likeOneOfItsOwn(): void {
  // Being offline loses the open sockets, as a lost network does.
  const { WebSocket } = globalThis;
  globalThis.WebSocket = class extends WebSocket {
    constructor(...of: ConstructorParameters<typeof WebSocket>) {
      super(...of);
      addEventListener('offline', () => this.close());
    }
  };
  // The windows of other people are no reason to have no focus.
  document.hasFocus = () => true;
}
