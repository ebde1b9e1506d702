import { connect } from './operate/connect.ts';
import { readDeadLetters, redrive } from './operate/dead-letters.ts';
import { readArguments, runCommand } from './operate/run-command.ts';

const usage = `Shows what was given up, without what people wrote.

  npm run dead-letters [-- --outputs outputs.json] [--queue <url>] [--redrive] [--drop]

  --queue    another queue, that of lost pushes for instance; default: DeadLettersUrl of the outputs
  --redrive  sends the jobs about accounts to their queue again
  --drop     deletes all others: so late they are of no use, because clients have asked for what they missed
`;

async function main(): Promise<void> {
  const values = readArguments(
    {
      outputs: { type: 'string', default: '.parley/outputs.json' },
      queue: { type: 'string' },
      redrive: { type: 'boolean', default: false },
      drop: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
    usage,
  );
  if (values.help) return console.log(usage);
  const operated = await connect(values.outputs);
  try {
    const queue = values.queue ?? operated.outputs.DeadLettersUrl;
    const letters = await readDeadLetters(operated, queue);
    for (const { sent, what } of letters) console.log(`${new Date(sent).toISOString()}  ${what}`);
    const wanted = values.redrive ? letters : letters.filter(({ job }) => !job);
    const { redriven, dropped } = await redrive(operated, queue, wanted, values.drop);
    console.log(`${letters.length} dead letters, ${redriven} sent again, ${dropped} deleted.`);
  } finally {
    operated.stop();
  }
}

runCommand(main);
