/** How a person finds their way in an open conversation: by what things are called, as a screen reader says it. */
import type { Locator, Page } from 'playwright-core';

/** Goes there by its address; resolves when one can write. */
export async function openConversation(page: Page, name: string): Promise<void> {
  await page.goto(`/#/c/${encodeURIComponent(name)}`);
  await field(page).waitFor();
}

/** Where one writes. */
export function field(page: Page): Locator {
  return page.getByRole('textbox', { name: 'Message', exact: true });
}

export async function say(page: Page, text: string): Promise<void> {
  await field(page).fill(text);
  await field(page).press('Enter');
}

/** A message, by some of its text. */
export function message(page: Page, text: string): Locator {
  return page.getByRole('main').locator('li.message').filter({ hasText: text });
}

/** How far a message of one's own came. */
export function tick(page: Page, text: string, state: 'Waiting to be sent' | 'Sent' | 'Delivered' | 'Read'): Locator {
  return message(page, text).getByText(state, { exact: true });
}

/** Presses one of the buttons that stand beside a message. */
export async function act(page: Page, text: string, button: 'React' | 'Reply' | 'More'): Promise<void> {
  await message(page, text).hover();
  await message(page, text).getByRole('button', { name: button, exact: true }).click();
}

export async function choose(page: Page, text: string, item: string): Promise<void> {
  await act(page, text, 'More');
  await page.getByRole('menuitem', { name: item, exact: true }).click();
}
