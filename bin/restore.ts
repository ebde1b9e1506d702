import { connect } from './operate/connect.ts';
import { type Restored, restore } from './operate/restore.ts';
import { readArguments, runCommand } from './operate/run-command.ts';

const usage = `Brings back what a stack has lost, from a table that DynamoDB has restored as of a moment before.

  npm run restore -- --from <restored table> [--outputs outputs.json] [--at <moment>] [--apply]

  --from     the restored table
  --outputs  the outputs of the stack; default: .parley/outputs.json, those of npm start
  --at       the moment, like 2026-11-28T09:00:00Z; default: what DynamoDB says of the restored table
  --apply    write; otherwise it only says what it would bring back
  --skip     numbers that restored conversations leave out, for messages that are lost; default: 10
  --erase    accounts that were deleted since have their messages erased (the option deletedMessages)
  --old      also from more than a day ago: what members have left or ended since may come back
`;

async function main(): Promise<void> {
  const values = readArguments(
    {
      from: { type: 'string' },
      outputs: { type: 'string', default: '.parley/outputs.json' },
      at: { type: 'string' },
      apply: { type: 'boolean', default: false },
      skip: { type: 'string', default: '10' },
      erase: { type: 'boolean', default: false },
      old: { type: 'boolean', default: false },
    },
    usage,
  );
  if (values.from === undefined) throw new Error(usage);
  const at = values.at === undefined ? undefined : Date.parse(values.at);
  if (Number.isNaN(at)) throw new Error(`unable to use --at ${values.at}; it must be like 2026-11-28T09:00:00Z`);
  const skip = Number(values.skip);
  if (!Number.isInteger(skip) || skip < 0 || skip > 1_000) {
    throw new Error(`unable to use --skip ${values.skip}; it must be a whole number from 0 to 1000`);
  }
  const operated = await connect(values.outputs);
  try {
    const { from, apply, erase, old } = values;
    console.log(report(await restore(operated, { from, at, apply, skip, erase, old }), apply));
  } finally {
    operated.stop();
  }
}

function report(restored: Restored, isApplied: boolean): string {
  const { seen, copied, replaced, overtaken, raised, replayed, files, deleted } = restored;
  const lines = [
    `${seen} items were there then. ${copied} of them ${isApplied ? 'were lost and are back' : 'are lost'}.`,
    `${raised} conversations had lost their state.`,
    ...(replaced > 0 ? [`In the place of ${replaced} items something had begun anew.`] : []),
    ...(overtaken > 0 ? [`${overtaken} messages stay lost: new ones have their numbers.`] : []),
    `${files.restored} files that are shown ${isApplied ? 'were deleted and are back' : 'are deleted'}.`,
    ...(isApplied ? [`${replayed} changes of messages were applied again.`] : []),
    ...(files.lost.length > 0 ? [`${files.lost.length} files are shown and nowhere to be found:`, ...files.lost] : []),
    ...(deleted.length > 0
      ? [`${deleted.length} accounts were deleted since${isApplied ? ', and are deleted again' : ''}.`]
      : []),
    ...(isApplied ? [] : ['Nothing was written. Add --apply to bring it back.']),
  ];
  return lines.join('\n');
}

runCommand(main);
