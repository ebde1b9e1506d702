import { z } from 'zod';
import { attributeList, readableAttributes } from '../attributes.ts';
import { userOperation } from '../operation.ts';
import * as shape from '../shapes.ts';

export const getUser = userOperation(z.object({ AccessToken: shape.accessToken }), async ({ user, client }) => ({
  Username: user.username,
  UserAttributes: attributeList(user.sub, readableAttributes(user.attributes, client)),
}));
