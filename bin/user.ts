import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { confirmedUser } from './confirmed-user.ts';
import { createAccount } from './create-account.ts';
import { LocalOutputsFile, wscatLine } from './local-outputs.ts';

/** `npm run user -- carol`: a confirmed user on the running server, and the line to chat as her. */
async function main([name = '']: string[]): Promise<void> {
  if (!/^[a-z0-9.-]{1,64}$/.test(name)) {
    throw new Error('unable to make a user; say who: npm run user -- carol (lower case letters, digits, "." and "-")');
  }
  const data = process.env.PARLEY_DATA || '.parley';
  const { Parley: outputs } = await readOutputs(join(data, 'outputs.json'));
  const user = await confirmedUser(name, outputs, data, createAccount).catch((error: unknown) => {
    const refused = error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED';
    throw refused ? new Error(`unable to reach ${outputs.WebUrl}; start it first: npm start`) : error;
  });
  const partner = name === 'alice' ? 'bob' : 'alice';
  console.log(`${user.name}  password ${user.password}\n`);
  console.log(`Chats with ${partner}:\n\n  ${wscatLine(outputs, `chat/${partner}/`, user.token)}\n`);
  console.log(`Sees everything that concerns ${user.name}, on one socket:\n\n  ${wscatLine(outputs, '', user.token)}`);
}

async function readOutputs(file: string) {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new Error(`unable to find ${file}; start the server first: npm start`);
  });
  return LocalOutputsFile.parse(JSON.parse(text));
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
