/** Steps in an open conversation. Elements are found by the names that screen readers use. */
import type { Locator, Page } from 'playwright-core';

/** Opens a conversation by its address; resolves when the composer is shown. */
export async function openConversation(page: Page, name: string): Promise<void> {
  await page.goto(`/#/c/${encodeURIComponent(name)}`);
  await field(page).waitFor();
}

/** The text field of the composer. */
export function field(page: Page): Locator {
  return page.getByRole('textbox', { name: 'Message', exact: true });
}

export async function say(page: Page, text: string): Promise<void> {
  await field(page).fill(text);
  await field(page).press('Enter');
}

/** A message that contains the text. */
export function message(page: Page, text: string): Locator {
  return page.getByRole('main').locator('li.message').filter({ hasText: text });
}

/** The receipt of the user's own message. */
export function receipt(
  page: Page,
  text: string,
  state: 'Waiting to be sent' | 'Sent' | 'Delivered' | 'Read',
): Locator {
  return message(page, text).getByText(state, { exact: true });
}

/** Presses a button of a message's toolbar. */
export async function act(page: Page, text: string, button: 'React' | 'Reply' | 'More'): Promise<void> {
  await message(page, text).hover();
  await message(page, text).getByRole('button', { name: button, exact: true }).click();
}

export async function choose(page: Page, text: string, item: string): Promise<void> {
  await act(page, text, 'More');
  await page.getByRole('menuitem', { name: item, exact: true }).click();
}
