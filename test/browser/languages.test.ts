import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { password } from '../support/chat.ts';
import { acquaint } from '../support/person.ts';
import { violations } from './axe.ts';
import { prepare, screenshot } from './screenshot.ts';
import { story } from './story.ts';

const narrow = { width: 360, height: 740 };
const middle = { width: 820, height: 900 };
const wide = { width: 1280, height: 800 };

/** At each width: axe-core finds nothing, and the page does not scroll sideways. */
async function expectFine(page: Page, what: string): Promise<void> {
  for (const viewport of [narrow, middle, wide]) {
    await page.setViewportSize(viewport);
    const sideways = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(await sideways(), `${what}, ${viewport.width} px`).toBeLessThanOrEqual(0);
  }
  expect(await violations(page), what).toEqual([]);
}

/** Texts and labels with letters of the Latin alphabet, without names and addresses. */
async function latinWords(page: Page, names: RegExp): Promise<string[]> {
  const shown = await page.evaluate(() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const texts: string[] = [];
    while (walker.nextNode()) texts.push(walker.currentNode.textContent ?? '');
    const labelled = [...document.querySelectorAll('[aria-label], [title], [placeholder]')];
    const labels = labelled.flatMap((element) =>
      ['aria-label', 'title', 'placeholder'].map((name) => element.getAttribute(name) ?? ''),
    );
    return [...texts, ...labels];
  });
  return shown.map((text) => text.replace(names, '')).filter((text) => /[a-z]/i.test(text));
}

story(
  'in Arabic all words are Arabic and the page runs from right to left, from signing in to the settings',
  async ({ chat, visitor }) => {
    const [{ page, expectProblem }, alice, bob] = await Promise.all([
      visitor('alice', { locale: 'ar-EG' }),
      chat.person('alice'),
      chat.person('bob'),
    ]);
    await acquaint(alice, bob);
    await alice.request('PATCH', '/me', { name: 'أليس' });
    await bob.request('PATCH', '/me', { name: 'بدر' });
    const { body: group } = await bob.post('/conversations', { title: 'رحلة', members: [alice.username] });
    const path = `/conversations/${encodeURIComponent(group.id)}/messages`;
    await bob.post(path, { message: 'هل نذهب إلى البحيرة غدًا؟' });
    const { body: own } = await alice.post(path, { message: 'نعم، سأحضر الماء.' });
    await bob.request('PUT', `${path}/${own.seq}/reactions/${encodeURIComponent('👍')}`);

    // The wrong password, and no archive of one's data yet.
    expectProblem(/status of 400 .*cognito/);
    expectProblem(/status of 404 .*export/);
    await page.goto('/');
    await page.getByRole('heading', { name: 'تسجيل الدخول' }).waitFor();
    await prepare(page, 'arabic');
    await prepare(page, 'emoji');
    expect(await page.evaluate(() => [document.documentElement.lang, document.documentElement.dir])).toEqual([
      'ar',
      'rtl',
    ]);
    await page.getByLabel('اسم المستخدم').fill('nobody');
    await page.getByLabel('كلمة المرور', { exact: true }).fill('wrong');
    await page.getByRole('button', { name: 'تسجيل الدخول' }).click();
    await page.getByText('اسم المستخدم أو كلمة المرور غير صحيح.').waitFor();
    await page.getByLabel('اسم المستخدم').fill(alice.username);
    await page.getByLabel('كلمة المرور', { exact: true }).fill(password);
    await page.getByRole('button', { name: 'تسجيل الدخول' }).click();
    const inbox = page.getByRole('navigation', { name: 'المحادثات' });
    await inbox.getByRole('link', { name: /رحلة/ }).click();
    await page.getByRole('log').getByText('نعم، سأحضر الماء.').waitFor();
    const names = new RegExp(
      `Parley|\\b(alice|bob)\\b(?!-)|@?${alice.username}|@?${bob.username}|PNG|JPEG|GIF|WebP|Enter|English|Deutsch|Español`,
      'g',
    );
    expect(await latinWords(page, names)).toEqual([]);
    // The list is on the right, and one's own messages on the left.
    const listAt = (await inbox.boundingBox())?.x ?? 0;
    const ownAt = (await page.locator('[data-own="true"] .bubble').first().boundingBox())?.x ?? 0;
    const otherAt = (await page.locator('[data-own="false"] .bubble').first().boundingBox())?.x ?? 0;
    expect([listAt > otherAt, otherAt > ownAt]).toEqual([true, true]);
    expect(await page.locator('.message-avatar').first().textContent()).toBe('ب');
    const field = page.getByRole('textbox', { name: 'رسالة', exact: true });
    expect(await field.evaluate((element) => getComputedStyle(element).direction)).toBe('rtl');
    await expectFine(page, 'a conversation');
    await screenshot(page, 'arabic');

    await page.getByRole('button', { name: 'التفاصيل' }).last().click();
    await page.getByText('مغادرة المجموعة').waitFor();
    expect(await latinWords(page, names)).toEqual([]);
    await page.getByRole('button', { name: 'إغلاق التفاصيل' }).click();
    await page.getByRole('button', { name: /^حساب/ }).click();
    await page.getByRole('button', { name: 'الإعدادات' }).click();
    await page.getByRole('heading', { name: 'الألوان' }).waitFor();
    expect(await latinWords(page, new RegExp(`${names.source}|0\\.\\d\\.\\d`, 'g'))).toEqual([]);
    await expectFine(page, 'the settings');
  },
);

story(
  'the language is that of the browser, is chosen in the settings, is kept, and is there offline',
  async ({ guest, chat }) => {
    const [alice, carol] = await Promise.all([guest('alice'), chat.person('carol')]);
    const { page, context, expectProblem } = alice;
    expectProblem(/status of 404 .*export/);
    await acquaint(alice.api, carol);
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
    await page.getByRole('button', { name: /^Account of/ }).click();
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByLabel('Language').selectOption({ label: 'Deutsch' });
    await page.getByRole('heading', { name: 'Einstellungen' }).waitFor();
    await page.getByLabel('Sprache').waitFor();
    await expectFine(page, 'the settings in German');
    await page.getByRole('button', { name: 'Schließen' }).click();
    await page.reload();
    await page.getByRole('button', { name: 'Neuer Chat' }).waitFor();
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('de');
    expectProblem(/ERR_INTERNET_DISCONNECTED/);
    await context.setOffline(true);
    await page.reload();
    await page.getByText('Offline', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Neuer Chat' }).click();
    await page.getByRole('heading', { name: 'Neuer Chat' }).waitFor();
  },
);
