import { randomUUID } from 'node:crypto';
import { connect } from './operate/connect.ts';
import { drill } from './operate/drill.ts';
import { readArguments, runCommand } from './operate/run-command.ts';

const usage = `Rehearses a restore: chats, deletes the chat, brings it back, and looks whether everything is as before.

  npm run drill                                     on the chat that npm start serves
  npm run drill -- --outputs outputs.json --account  on a deployed stack, by the credentials of any AWS tool

It deletes only items and files of people that it makes, but it makes a backup of the whole table and a table of it, which
costs as much as they are large, and deletes both.
`;

async function main(): Promise<void> {
  const values = readArguments(
    {
      outputs: { type: 'string', default: '.parley/outputs.json' },
      account: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
    usage,
  );
  if (values.help) return console.log(usage);
  const operated = await connect(values.outputs);
  try {
    if (!operated.isLocal && !values.account) throw new Error(`${usage}\nThis stack is in an account: add --account.`);
    await drill(operated, randomUUID().slice(0, 6), console.log);
  } finally {
    operated.stop();
  }
}

runCommand(main);
