/** Runs S3 in a process that a test kills. `serve.ts <directory>` prints its address and keys. */
import { startFixture } from './fixture.ts';

const { endpoint, root } = await startFixture({ directory: process.argv[2] });
process.stdout.write(`${JSON.stringify({ endpoint, root })}\n`);
