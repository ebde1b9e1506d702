import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { password } from '../support/chat.ts';
import { named } from '../support/person.ts';
import { signIn } from './sign-in.ts';
import { story } from './story.ts';
import { field, openConversation, receipt, say } from './thread.ts';

async function signOut(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Account of/ }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
}

/** The code in the mail to a user: its last line. */
async function mailedCode(directory: string, username: string, kind: 'confirm' | 'forgot'): Promise<string> {
  const find = async () => (await readdir(directory)).find((file) => file.endsWith(`-${username}-${kind}.txt`));
  const name = await expect.poll(find, { timeout: 10_000 }).toBeDefined().then(find);
  return (await readFile(join(directory, name ?? ''), 'utf8')).trim().split('\n').at(-1) ?? '';
}

story(
  'a newcomer creates an account with a mailed code, and later resets a forgotten password',
  async ({ visitor, mail }) => {
    const person = await visitor('newcomer');
    const { page } = person;
    const username = `nora-${randomUUID().slice(0, 6)}`;
    await page.goto('/');
    await page.getByRole('button', { name: 'Create an account' }).click();
    await page.getByLabel('User name').fill(username);
    await page.getByLabel('E-mail').fill(`${username}@example.com`);
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.getByRole('button', { name: 'Create the account' }).click();
    await page.getByLabel('Code').fill(await mailedCode(mail, username, 'confirm'));
    await page.getByRole('button', { name: 'Confirm', exact: true }).click();
    await page.getByRole('navigation', { name: 'Conversations' }).getByText('Nobody has written yet.').waitFor();

    await signOut(page);
    // Cognito answers errors with status 400, which browsers also write to the console.
    person.expectProblem(/status of 400/);
    await page.getByLabel('User name').fill(username);
    await page.getByLabel('Password', { exact: true }).fill('Not-the-password-1');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByRole('alert').getByText('The user name or the password is not right.').waitFor();

    // Whoever has written their name need not write it again.
    await page.getByRole('button', { name: 'Forgotten password' }).click();
    expect(await page.getByLabel('User name').inputValue()).toBe(username);
    await page.getByRole('button', { name: 'Send me a code' }).click();
    await page.getByLabel('Code').fill(await mailedCode(mail, username, 'forgot'));
    await page.getByLabel('New password', { exact: true }).fill('Another-horse-8');
    await page.getByRole('button', { name: 'Change the password' }).click();
    await page.getByRole('navigation', { name: 'Conversations' }).waitFor();

    // After signing out, nothing of the account is left in this browser.
    await signOut(page);
    const left = (name: string) => Object.keys(localStorage).filter((key) => key.includes(name));
    // The account is forgotten when its client has closed, which is a moment after the sign-in page is shown.
    await expect.poll(() => page.evaluate(left, username), { timeout: 5_000 }).toEqual([]);
    await page.reload();
    await signIn(page, username, 'Another-horse-8');
  },
);

story(
  'where the browser lets no page keep anything, people sign in and talk all the same',
  async ({ visitor, chat }) => {
    const [alice, bob, browser] = await Promise.all([chat.person('alice'), chat.person('bob'), visitor('alice')]);
    const { page, context } = browser;
    // The settings look whether there is an archive of one's data.
    browser.expectProblem(/404/);
    // What Chrome and Firefox do when the user blocks all site data; the browser of the tests has no such setting.
    await context.addInitScript(() => {
      const refuse = () => {
        throw new DOMException('Access is denied for this document.', 'SecurityError');
      };
      const reject = async () => refuse();
      for (const name of ['localStorage', 'sessionStorage']) Object.defineProperty(globalThis, name, { get: refuse });
      IDBFactory.prototype.open = refuse;
      CacheStorage.prototype.open = reject;
      LockManager.prototype.request = reject;
      LockManager.prototype.query = reject;
      ServiceWorkerContainer.prototype.register = reject;
      Object.defineProperty(globalThis, 'BroadcastChannel', { value: refuse });
    });
    await page.goto('/');
    await signIn(page, alice.username);
    await openConversation(page, named(alice, bob));
    await say(page, 'Nothing is kept here');
    await receipt(page, 'Nothing is kept here', 'Sent').waitFor();
    await field(page).fill('A draft');
    await page.getByRole('button', { name: /^Account of/ }).click();
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByText('Dark', { exact: true }).click();
    await page.keyboard.press('Escape');
    // What nothing keeps ends with the page, so the browser asks: a draft, or what waits.
    const reload = async () => {
      const asked = page.waitForEvent('dialog');
      await page.evaluate(() => void setTimeout(() => location.reload()));
      return asked;
    };
    await (await reload()).dismiss();
    browser.expectProblem(/ERR_INTERNET_DISCONNECTED/);
    await context.setOffline(true);
    // The client may ask for something meanwhile, or not.
    await page.evaluate(() => fetch('/config.json').catch(() => {}));
    await field(page).press('Enter');
    await receipt(page, 'A draft', 'Waiting to be sent').waitFor();
    await (await reload()).dismiss();
    await context.setOffline(false);
    await receipt(page, 'A draft', 'Sent').waitFor();
    await field(page).fill('Another draft');
    await field(page).blur();
    await (await reload()).accept();
    await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
  },
);

story(
  'where the browser has no room for a draft it stays in its field; nobody leaves an account without knowing what is lost',
  async ({ guest, chat }) => {
    const [alice, bob] = await Promise.all([guest('alice'), chat.person('bob')]);
    const { page } = alice;
    await openConversation(page, named(alice.api, bob));
    const account = page.getByRole('button', { name: /^Account of/ });
    const remaining = page.getByRole('list', { name: 'Files to send' });
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('a') });
    await remaining.locator('[data-status=uploaded]').waitFor();
    await account.click();
    await page.getByRole('button', { name: 'Add an account' }).click();
    const leaves = page.getByRole('dialog', { name: 'Leave this account?' });
    await leaves.getByText('A file.').waitFor();
    await leaves.getByRole('button', { name: 'Cancel' }).click();
    await remaining.getByRole('button', { name: 'Remove a.txt' }).click();

    await page.evaluate(() => {
      for (let length = 4_000_000; length > 0; ) {
        try {
          localStorage.setItem(`full ${length}`, 'x'.repeat(length));
          length = Math.floor(length / 2);
        } catch {
          length = Math.floor(length / 2);
        }
      }
    });
    await field(page).fill('A draft without room');
    // It is saved when the field is left.
    await account.click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    const signsOut = page.getByRole('dialog', { name: 'Sign out?' });
    await signsOut.getByText('A draft.').waitFor();
    await signsOut.getByRole('button', { name: 'Cancel' }).click();
    expect(await field(page).inputValue()).toBe('A draft without room');
    // So does another tab, which does not have that draft.
    const other = await alice.tab();
    await other.goto('/');
    await other.getByRole('button', { name: /^Account of/ }).click();
    await other.getByRole('button', { name: 'Sign out' }).click();
    await other.getByRole('dialog', { name: 'Sign out?' }).getByText('A draft.').waitFor();
    await other.close();
    const asked = page.waitForEvent('dialog');
    await page.evaluate(() => void setTimeout(() => location.reload()));
    await (await asked).dismiss();
    // Texts go on waiting for who comes back, and nobody is asked.
    await account.click();
    await page.getByRole('button', { name: 'Add an account' }).click();
    await page.getByRole('button', { name: 'Continue as Alice', exact: true }).click();
    await openConversation(page, named(alice.api, bob));
    await expect.poll(() => field(page).inputValue()).toBe('A draft without room');
  },
);

story(
  'what one tab alone has is not lost unasked when another one ends the session of both',
  async ({ guest, chat }) => {
    const [alice, bob] = await Promise.all([guest('alice'), chat.person('bob')]);
    const { page: first } = alice;
    // The settings look whether there is an archive of one's data.
    alice.expectProblem(/404/);
    const second = await alice.tab();
    await openConversation(second, named(alice.api, bob));
    await second
      .locator('input[type=file]')
      .setInputFiles({ name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('a') });
    const files = second.getByRole('list', { name: 'Files to send' });
    await files.locator('[data-status=uploaded]').waitFor();
    const account = first.getByRole('button', { name: /^Account of/ });
    const asks = async (title: string, line: string) => {
      const dialog = first.getByRole('dialog', { name: title });
      await dialog.getByText(line, { exact: true }).waitFor();
      await dialog.getByRole('button', { name: 'Cancel' }).click();
    };
    const signOut = async () => {
      await account.click();
      await first.getByRole('button', { name: 'Sign out', exact: true }).click();
    };
    await signOut();
    await asks('Sign out?', 'A file.');
    await account.click();
    await first.getByRole('button', { name: 'Settings' }).click();
    await first.getByRole('button', { name: 'Sign out everywhere' }).click();
    await asks('Sign out everywhere?', 'A file.');
    await first.getByRole('button', { name: 'Delete your account' }).click();
    await asks('Delete your account for ever?', 'A file.');
    await first.keyboard.press('Escape');

    // Where it is gone, or has been sent, it does not count; a recording does.
    await files.getByRole('button', { name: 'Remove a.txt' }).click();
    await second.getByRole('button', { name: 'Record a voice message' }).click();
    const recorder = second.getByRole('region', { name: 'Recording' });
    await recorder.getByRole('button', { name: 'Send the voice message' }).and(second.locator(':enabled')).waitFor();
    await signOut();
    await asks('Sign out?', 'A file.');
    await recorder.getByRole('button', { name: 'Discard' }).click();
    await recorder.waitFor({ state: 'detached' });
    await signOut();
    await Promise.all([first, second].map((page) => page.getByRole('heading', { name: 'Sign in' }).waitFor()));
  },
);
