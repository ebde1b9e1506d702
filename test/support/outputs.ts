import { z } from 'zod';

/** The outputs of a stack, as a deployment or the local runtime writes them. */
export const Outputs = z.object({
  WebUrl: z.url(),
  HttpUrl: z.url(),
  WebSocketUrl: z.url(),
  Region: z.string(),
  UserPoolId: z.string(),
  UserPoolClientId: z.string(),
  CognitoEndpoint: z.optional(z.url()),
});
export type Outputs = z.infer<typeof Outputs>;
