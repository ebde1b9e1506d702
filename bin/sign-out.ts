import { connect } from './operate/connect.ts';
import { readArguments, runCommand } from './operate/run-command.ts';
import { signOut } from './operate/sign-out.ts';

const usage = `Signs people out everywhere: their tokens do nothing any more, and their sockets are closed.

  npm run sign-out -- --user alice [--outputs outputs.json]
  npm run sign-out -- --everybody  [--outputs outputs.json]
`;

async function main(): Promise<void> {
  const values = readArguments(
    {
      user: { type: 'string' },
      everybody: { type: 'boolean', default: false },
      outputs: { type: 'string', default: '.parley/outputs.json' },
    },
    usage,
  );
  if ((values.user === undefined) === !values.everybody) throw new Error(usage);
  const operated = await connect(values.outputs);
  try {
    console.log(`${await signOut(operated, values.user)} signed out.`);
  } finally {
    operated.stop();
  }
}

runCommand(main);
