import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { z } from 'zod';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const Report = z.object({
  violations: z.array(
    z.object({
      id: z.string(),
      help: z.string(),
      nodes: z.array(z.object({ html: z.string(), failureSummary: z.optional(z.string()) })),
    }),
  ),
});

const rules = { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] };

/** What axe-core finds wrong with the page in its present state, in both colour schemes: one text per problem. */
export async function violations(page: Page): Promise<string[]> {
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  const light = await run(page, rules);
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
  // Only the colours are different.
  const dark = await run(page, { type: 'rule', values: ['color-contrast'] });
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
  return [...light, ...dark.map((violation) => `in the dark: ${violation}`)];
}

async function run(page: Page, runOnly: typeof rules): Promise<string[]> {
  const session = await page.context().newCDPSession(page);
  // Over the protocol of the developer tools: the content security policy forbids all other ways to run foreign code.
  await session.send('Runtime.evaluate', { expression: `globalThis.axe ?? (() => { ${source} })()` });
  const { result, exceptionDetails } = await session.send('Runtime.evaluate', {
    expression: `axe.run(document, ${JSON.stringify({ resultTypes: ['violations'], runOnly })})
      .then(({ violations }) => JSON.stringify({ violations }))`,
    awaitPromise: true,
    returnByValue: true,
  });
  await session.detach();
  if (exceptionDetails) throw new Error(`unable to run axe-core; ${JSON.stringify(exceptionDetails)}`);
  return Report.parse(JSON.parse(String(result.value))).violations.map(
    ({ id, help, nodes }) =>
      `${id}: ${help}\n${nodes.map(({ html, failureSummary }) => `  ${html.slice(0, 200)}\n    ${failureSummary?.replaceAll('\n', '\n    ')}`).join('\n')}`,
  );
}
