import { z } from 'zod';

/** What the local runtime tells of the stack: its outputs, with local addresses. */
export const LocalOutputs = z.looseObject({
  WebUrl: z.string(),
  HttpUrl: z.string(),
  WebSocketUrl: z.string(),
  Region: z.string(),
  UserPoolId: z.string(),
  UserPoolClientId: z.string(),
  CognitoEndpoint: z.string(),
});
export type LocalOutputs = z.infer<typeof LocalOutputs>;

/** The file that `npm start` writes, shaped as `cdk deploy --outputs-file` does: stack name → outputs. */
export const LocalOutputsFile = z.object({ Parley: LocalOutputs });

/** A command that can be pasted as it is, into every shell: on Windows only double quotes are quotes. @param path below `/ws/`, like `chat/alice_bob/` */
export function wscatLine(outputs: Pick<LocalOutputs, 'WebUrl'>, path: string, token: string): string {
  return `npx wscat -c "${outputs.WebUrl.replace(/^http/, 'ws')}/ws/${path}?token=${token}"`;
}
