import { isDeepStrictEqual } from 'node:util';
import type { Operated } from './connect.ts';
import { backUp, forget, restoreBackup, until } from './drill-backup.ts';
import { destroy } from './drill-disaster.ts';
import { type DrillPerson, makePerson, showPicture, upload } from './drill-people.ts';
import { firstDifference, pictureOf } from './drill-picture.ts';
import { restore } from './restore.ts';

/** How long the table's stream may take for what follows from a restore. ms */
const patienceMs = 60_000;

/**
 * Chats, loses the chat, and restores it: everybody sees every message and file again, and the chat goes on. Only items and files of the drill's own
 * people are touched, but the backup and the restored table are those of the whole stack.
 * @param run different for every drill
 * @param say told of every step
 * @throws Error when something is not as it was
 */
export async function drill(operated: Operated, run: string, say: (line: string) => void): Promise<void> {
  const { dynamodb, outputs } = operated;
  const [alice, bob, carol] = [
    await makePerson(operated, `alice-${run}`),
    await makePerson(operated, `bob-${run}`),
    await makePerson(operated, `carol-${run}`),
  ];
  const people = [alice, bob, carol];
  const { direct, group } = await chat(alice, bob, carol);
  say(`${people.map(({ username }) => username).join(', ')} have chatted, in ${direct} and ${group}.`);

  const backup = await backUp(dynamodb, outputs.TableName, `drill-${run}`);
  const at = Date.now();
  say('There is a backup of the table.');
  let restored: string | undefined;
  try {
    await goOn(alice, bob, direct);
    const wanted = await Promise.all(people.map(pictureOf));
    restored = `${outputs.TableName}-drill-${run}`;
    await restoreBackup(dynamodb, backup, restored);
    say(`The backup is a table again: ${restored}.`);

    const lost = await destroy(operated, restored, [run, group]);
    const after = await Promise.allSettled(people.map(pictureOf));
    const unharmed = people.filter((_, index) => isDeepStrictEqual(fulfilled(after[index]), wanted[index]));
    if (unharmed.length > 0) throw new Error(`the disaster was none for ${unharmed[0]?.username}`);
    say(`${lost.items} items and ${lost.files} files are deleted. Nobody sees their messages.`);

    const options = { from: restored, at, skip: 10, old: false, erase: false };
    const planned = await restore(operated, { ...options, apply: false });
    const done = await restore(operated, { ...options, apply: true });
    if (planned.copied === 0 || done.copied === 0) throw new Error('the restore found nothing to bring back');
    say(
      `${done.copied} items and ${done.files.restored} files are back, ${done.replayed} later changes applied again.`,
    );
    if (done.files.lost.length > 0) throw new Error(`files are lost: ${done.files.lost.join(', ')}`);

    await expectPictures(people, wanted);
    say('Everybody sees every message, file, reaction, member and count as before.');
    await expectNext(people, direct, group);
    say('New messages come behind all of them.');
    const again = await restore(operated, { ...options, apply: true });
    if (again.copied > 0) throw new Error(`a second restore brought ${again.copied} items back`);
    say('A second restore finds nothing to do.');
  } finally {
    await forget(dynamodb, backup, restored);
  }
  for (const person of people) await person.request('DELETE', '/me');
  say('The restored table and the backup are deleted, and the accounts of the drill.');
}

/** A direct conversation and a group with everything that a restore has to bring back. */
async function chat(alice: DrillPerson, bob: DrillPerson, carol: DrillPerson) {
  for (const friend of [bob, carol]) {
    await alice.request('PUT', `/me/friends/${friend.username}`);
    await friend.request('PUT', `/me/friends/${alice.username}`);
  }
  const direct = [alice.username, bob.username].sort().join('_');
  for (let n = 1; n <= 6; n += 1) await send(n % 2 === 0 ? alice : bob, direct, `message ${n}`);
  await send(alice, direct, 'with a file', [await upload(alice, direct, 'what is in the file')]);
  await alice.request('PATCH', `/conversations/${direct}/messages/2`, { message: 'edited' });
  await bob.request('PUT', `/conversations/${direct}/messages/2/reactions/${encodeURIComponent('👍')}`);
  await bob.request('DELETE', `/conversations/${direct}/messages/3`);
  const members = [bob.username, carol.username];
  const { id } = await alice.request('POST', '/conversations', { title: 'Drill', members });
  const group = String(id);
  for (const person of [alice, bob, carol]) await send(person, group, `${person.username} says hello`);
  await send(carol, group, 'with a file', [await upload(carol, group, 'of the group')]);
  await showPicture(carol, '/me/avatar', '/me', 'avatar');
  await showPicture(alice, `/conversations/${group}/picture`, `/conversations/${group}`, 'picture');
  await alice.request('PUT', `/conversations/${group}/pins/2`);
  await alice.request('POST', `/conversations/${group}/read`);
  return { direct, group };
}

/** What happens after the backup: it is not in there, and is not lost. */
async function goOn(alice: DrillPerson, bob: DrillPerson, direct: string): Promise<void> {
  await send(bob, direct, 'after the backup');
  await alice.request('PATCH', `/conversations/${direct}/messages/4`, { message: 'edited after the backup' });
  await bob.request('DELETE', `/conversations/${direct}/messages/5`);
  await alice.request('PUT', `/conversations/${direct}/messages/1/reactions/${encodeURIComponent('🎉')}`);
}

async function send(person: DrillPerson, conversation: string, message: string, attachments: readonly string[] = []) {
  return person.request('POST', `/conversations/${conversation}/messages`, { message, attachments });
}

function fulfilled(result: PromiseSettledResult<unknown> | undefined): unknown {
  return result?.status === 'fulfilled' ? result.value : undefined;
}

async function expectPictures(people: readonly DrillPerson[], wanted: readonly unknown[]): Promise<void> {
  let seen: unknown[] = [];
  const isSo = async () => {
    seen = (await Promise.allSettled(people.map(pictureOf))).map(fulfilled);
    return isDeepStrictEqual(seen, wanted);
  };
  if (await until(isSo, patienceMs)) return;
  throw new Error(`not all is as it was; ${firstDifference(wanted, seen)}`);
}

async function expectNext(people: readonly DrillPerson[], ...conversations: string[]): Promise<void> {
  const [sender] = people;
  for (const id of conversations) {
    const before = Object(await sender?.request('GET', `/conversations/${id}`)).seq;
    const sent = sender && (await send(sender, id, 'after the restore'));
    if (!(Number(sent?.seq) > Number(before))) throw new Error(`the number of a new message is not behind ${before}`);
  }
}
