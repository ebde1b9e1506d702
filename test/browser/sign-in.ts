import type { Page } from 'playwright-core';
import { password } from '../support/chat.ts';

/** Signs in with the form; resolves when the inbox is shown. */
export async function signIn(page: Page, username: string, secret = password): Promise<void> {
  await page.getByLabel('User name').fill(username);
  await page.getByLabel('Password', { exact: true }).fill(secret);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('navigation', { name: 'Conversations' }).waitFor();
}
