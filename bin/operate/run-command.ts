import { parseArgs } from 'node:util';

/** What somebody can mend has a sentence; where an error was thrown helps nobody. */
const sentences: Readonly<Record<string, string>> = {
  ResourceNotFoundException: 'there is no such table in this region and account',
  ConditionalCheckFailedException: 'there is no such user',
  CredentialsProviderError: 'there are no credentials: sign in as for the AWS CLI',
  ExpiredTokenException: 'the credentials have expired: sign in again, and run it again',
  AccessDeniedException: 'the credentials do not allow it',
};

/** Runs an operator's command: it prints its errors as a sentence, and the program ends with 1. */
export function runCommand(main: () => Promise<void>): void {
  main().catch((error: unknown) => {
    const { name, message } = error instanceof Error ? error : { name: '', message: String(error) };
    const sentence = sentences[name];
    console.error(sentence === undefined ? message : `unable to go on; ${sentence} (${message})`);
    process.exitCode = 1;
  });
}

/** Without an option of another name. @throws Error with the usage */
export function readArguments<const Options extends NonNullable<Parameters<typeof parseArgs>[0]>['options']>(
  options: Options,
  usage: string,
) {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error}\n\n${usage}`);
  }
}
