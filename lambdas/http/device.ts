import { parseAs } from '#protocol/frames';
import { DeviceBody, type TokenAnswer, TokenBody } from '#protocol/http';
import { forgetDevice, registerDevice } from '../chat/devices.ts';
import type { Services } from '../runtime/services.ts';
import { bodyOf, type HttpAnswer, type HttpRequest, json } from './request.ts';

const register = 'register the device';

/** `PUT /devices/{token}`: pushes go there while the user is away. Again: it lasts longer. */
export async function device(services: Services, request: HttpRequest): Promise<HttpAnswer> {
  const { token } = parseAs(TokenBody, request.parameters, register);
  await registerDevice(services, request.speaker, token, parseAs(DeviceBody, bodyOf(request), register));
  return { statusCode: 204 };
}

/** `DELETE /devices/{token}`: as who signs out does. Again: the same. */
export async function forget(services: Services, { speaker, parameters }: HttpRequest): Promise<HttpAnswer> {
  const { token } = parseAs(TokenBody, parameters, 'forget the device');
  await forgetDevice(services, speaker, token);
  return { statusCode: 204 };
}

/** `POST /save-token`: the FCM token in the body. */
export async function token(services: Services, request: HttpRequest): Promise<HttpAnswer> {
  const answer: TokenAnswer = parseAs(TokenBody, bodyOf(request), register);
  await registerDevice(services, request.speaker, answer.token, { platform: 'fcm' });
  return json(201, answer);
}
