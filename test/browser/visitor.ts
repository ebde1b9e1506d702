import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';

/** A person's browser: its pages share what they keep, and everything that goes wrong in any of them is written down. */
export interface Visitor {
  readonly context: BrowserContext;
  /** The first tab. */
  readonly page: Page;
  /** Another tab. */
  tab(): Promise<Page>;
  /** Says that a problem is part of the story; without it, the story fails at its end. */
  expectProblem(pattern: RegExp): void;
  /** What went wrong that was not expected, and what was expected and did not come. */
  problems(): string[];
}

/** @param name for the messages */
export async function visit(browser: Browser, name: string, options: BrowserContextOptions): Promise<Visitor> {
  const context = await browser.newContext({
    viewport: { width: 1200, height: 800 },
    locale: 'en-GB',
    timezoneId: 'UTC',
    ...options,
  });
  // Nobody waits for half a minute where something does not appear.
  context.setDefaultTimeout(15_000);
  await context.tracing.start({ snapshots: true });
  const happened: string[] = [];
  const expected: { readonly pattern: RegExp; met: boolean }[] = [];

  function hear(problem: string): void {
    const match = expected.find(({ pattern }) => pattern.test(problem));
    if (match) match.met = true;
    else happened.push(`${name}: ${problem}`);
  }

  context.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning')
      hear(`${message.text()} (${message.location().url})`);
  });
  context.on('weberror', (error) => hear(error.error().stack ?? String(error.error())));
  context.on('requestfailed', (request) => {
    const why = request.failure()?.errorText ?? 'failed';
    // What a page gives up by itself, or leaves behind when it goes.
    if (why !== 'net::ERR_ABORTED') hear(`${why} at ${request.method()} ${request.url()}`);
  });
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
