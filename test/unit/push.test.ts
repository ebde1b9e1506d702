import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import webPush from 'web-push';
import { failed } from '#lambdas/push/call-push-service';
import { openFcm } from '#lambdas/push/fcm';
import { parseVapid } from '#lambdas/push/web-push';
import { isPushEndpoint, knownPushServices } from '#protocol/push-services';

describe('the address of a push subscription', () => {
  it.each([
    'https://fcm.googleapis.com/fcm/send/abc',
    'https://updates.push.services.mozilla.com/wpush/v2/abc',
    'https://db5p.notify.windows.com/w/?token=abc',
    'https://web.push.apple.com/abc',
  ])('%s is a known service’s', (address) => {
    expect(isPushEndpoint(address, knownPushServices)).toBe(true);
  });

  it.each([
    'http://fcm.googleapis.com/fcm/send/abc',
    'https://fcm.googleapis.com:8443/abc',
    'https://fcm.googleapis.com.example.com/abc',
    'https://example.com/https://fcm.googleapis.com/abc',
    'https://fcm.googleapis.com@example.com/abc',
    'https://user@fcm.googleapis.com/abc',
    'https://push.apple.com.example.com/abc',
    'https://example.com/.push.apple.com',
    'https://evilpush.apple.com/abc',
    'https://169.254.169.254/latest/meta-data',
    'https://localhost/abc',
    'file:///etc/passwd',
    'none',
  ])('%s is not', (address) => {
    expect(isPushEndpoint(address, knownPushServices)).toBe(false);
  });
});

describe('the secret of a VAPID pair', () => {
  const pair = webPush.generateVAPIDKeys();
  const subject = 'mailto:operator@example.com';

  it('is accepted with its own public key', () => {
    expect(parseVapid(pair, { publicKey: pair.publicKey, subject })).toEqual({ ...pair, subject });
  });

  it('is refused with another public key, for which browsers may have subscribed', () => {
    const { publicKey } = webPush.generateVAPIDKeys();
    expect(() => parseVapid(pair, { publicKey, subject })).toThrow('not the pair of the option push.web.publicKey');
    expect(() => parseVapid({ ...pair, publicKey }, { publicKey, subject })).toThrow('not the pair');
    expect(() => parseVapid({ publicKey }, { publicKey, subject })).toThrow('the secret is not {"publicKey"');
  });
});

describe('a push service that asks for a pause', () => {
  const pause = (retryAfter?: string) => {
    const headers = new Headers(retryAfter === undefined ? [] : [['retry-after', retryAfter]]);
    const outcome = failed(new Response('busy', { status: 429, headers }), 'busy');
    return outcome.kind === 'failed' ? outcome.retryAfter : undefined;
  };

  it('gives it in seconds, as a date, or not at all', () => {
    expect(pause('120')).toBe(120);
    const inAMinute = pause(new Date(Date.now() + 60_000).toUTCString());
    expect(inAMinute).toBeGreaterThanOrEqual(59);
    expect(inAMinute).toBeLessThanOrEqual(60);
    expect(pause('Thu, 01 Jan 2026 00:00:00 GMT')).toBe(0);
    expect(pause('soon')).toBeUndefined();
    expect(pause()).toBeUndefined();
  });
});

describe('Google, when it gives no token', () => {
  it('is given up in the end, so that the push comes back to its queue', async () => {
    // It takes requests and never answers.
    const server = createServer(() => {});
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const account = {
      project_id: 'chat',
      client_email: 'push@example.com',
      private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
      token_uri: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`,
    };
    try {
      await expect(openFcm(account, 100).token()).rejects.toThrow(/timeout/);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});
