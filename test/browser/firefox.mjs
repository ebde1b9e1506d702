#!/usr/bin/env node
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { WebSocket, WebSocketServer } from 'ws';

/**
 * Runs the Firefox that `FIREFOX` names, and stands between it and Playwright, which speaks WebDriver BiDi to it. Playwright asks for emulations
 * that a released Firefox does not know yet, and gives up at the first refusal; here they succeed without an effect. And it has no touch in
 * Firefox: here its mouse is a finger on pages as narrow as a phone.
 */
const firefox = spawn(process.env.FIREFOX ?? 'firefox', process.argv.slice(2), {
  stdio: ['ignore', 'inherit', 'pipe'],
});
firefox.on('exit', (code) => process.exit(code ?? 1));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => firefox.kill(signal));

/** px */
const phoneWidth = 600;

createInterface(firefox.stderr).on('line', async (line) => {
  const [, address] = /^WebDriver BiDi listening on (ws:\S+)$/.exec(line) ?? [];
  console.error(address === undefined ? line : `WebDriver BiDi listening on ${await relayTo(address)}`);
});

function byFinger(source) {
  if (source.parameters?.pointerType !== 'mouse') return;
  source.id = 'finger';
  source.parameters.pointerType = 'touch';
}

/** @returns the address of the relay */
async function relayTo(address) {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  server.on('connection', (driver, { url }) => {
    const browser = new WebSocket(address + url);
    const opened = new Promise((resolve) => browser.once('open', resolve));
    const emulations = new Set();
    // User contexts, and pages in them.
    const phones = new Set();
    const touched = new Set();
    driver.on('message', async (data) => {
      const command = JSON.parse(data);
      const { id, method, params } = command;
      if (method.startsWith('emulation.')) emulations.add(id);
      if (method === 'browsingContext.setViewport' && params.viewport?.width < phoneWidth)
        for (const one of params.userContexts ?? []) phones.add(one);
      if (method === 'input.performActions' && touched.has(params.context)) params.actions.forEach(byFinger);
      await opened;
      browser.send(JSON.stringify(command));
    });
    browser.on('message', (data) => {
      const answer = JSON.parse(data);
      if (answer.method === 'browsingContext.contextCreated' && phones.has(answer.params.userContext))
        touched.add(answer.params.context);
      const isUnknown = emulations.delete(answer.id) && answer.error === 'unknown command';
      driver.send(isUnknown ? JSON.stringify({ type: 'success', id: answer.id, result: {} }) : String(data));
    });
    driver.on('close', () => firefox.kill());
    browser.on('close', () => driver.close());
  });
  await new Promise((resolve) => server.once('listening', resolve));
  return `ws://127.0.0.1:${server.address().port}`;
}
