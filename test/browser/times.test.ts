import { expect } from 'vitest';
import { acquaint, named } from '../support/person.ts';
import { story } from './story.ts';
import { message, openConversation } from './thread.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

story(
  'after midnight and in another time zone, days and clocks are right when the user comes back to the page',
  async ({ guest, chat }) => {
    // Without a zone of the test's browser: this story changes it.
    const [alice, bob] = await Promise.all([guest('alice', { timezoneId: undefined }), chat.person('bob')]);
    const { page, context } = alice;
    await acquaint(alice.api, bob);
    const id = named(alice.api, bob);
    await bob.post(`/conversations/${id}/messages`, { message: 'Good evening' });
    const device = await context.newCDPSession(page);
    const comeBack = () => page.evaluate(() => dispatchEvent(new Event('focus')));
    await device.send('Emulation.setTimezoneOverride', { timezoneId: 'UTC' });
    await openConversation(page, id);
    const row = page.getByRole('navigation', { name: 'Conversations' }).getByRole('link', { name: /Bob/ });
    const day = page.getByRole('log').getByRole('heading', { level: 3 });
    const clock = message(page, 'Good evening').locator('time');
    const at = new Date((await clock.getAttribute('datetime')) ?? '');
    const clockIn = (timeZone: string) => new Intl.DateTimeFormat('en-GB', { timeStyle: 'short', timeZone }).format(at);

    const midnight = Math.floor(at.getTime() / dayMs) * dayMs + dayMs;
    await page.clock.setFixedTime(midnight - minuteMs);
    await comeBack();
    await day.getByText('Today', { exact: true }).waitFor();
    await page.clock.setFixedTime(midnight + minuteMs);
    await comeBack();
    await day.getByText('Yesterday', { exact: true }).waitFor();
    await row.getByText('Yesterday', { exact: true }).waitFor();
    expect(await clock.textContent()).toBe(clockIn('UTC'));

    // Fourteen hours ahead: there the message came on the day before or on this one.
    await device.send('Emulation.setTimezoneOverride', { timezoneId: '' });
    await device.send('Emulation.setTimezoneOverride', { timezoneId: 'Pacific/Kiritimati' });
    await comeBack();
    await clock.getByText(clockIn('Pacific/Kiritimati'), { exact: true }).waitFor();
    const dayThere = (time: number) => Math.floor((time + 14 * 60 * minuteMs) / dayMs);
    const isToday = dayThere(at.getTime()) === dayThere(midnight + minuteMs);
    await day.getByText(isToday ? 'Today' : 'Yesterday', { exact: true }).waitFor();
  },
);
