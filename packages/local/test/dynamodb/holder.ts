/** A process that runs the engine, for a test that kills it: `tsx holder.ts <data folder>`. Prints the engine's address and process id as JSON. */
import { startEngine } from '#dynamodb/engine';

const engine = await startEngine({ dataDirectory: process.argv[2] ?? '', isolated: process.argv[3] === 'isolated' });
process.stdout.write(`${JSON.stringify({ url: engine.url, pid: engine.pid })}\n`);
setInterval(() => {}, 1_000);
