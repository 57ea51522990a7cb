// Tests the POSTs for tickets on a server that redirects. The fault scripts test streams and renewals, publisher.test.js publishers.

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { fetchTicket, subscribe } from '../dist/index.js';
import { json, Server } from './setup/server.js';

let servers = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

async function start(answer) {
  const server = await Server.start(answer);
  servers.push(server);
  return server;
}

for (const status of [301, 302, 303]) {
  test(`redirect ${status}: a request for a ticket fails with the target, and does not become a GET`, async () => {
    const server = await start((_, response) => response.writeHead(status, { Location: '/elsewhere' }).end());
    await assert.rejects(fetchTicket(`${server.url}/v1/events`, 'secret'), (error) => error.kind === 'refused' && error.status === status && error.message.includes('/elsewhere'));
    assert.deepEqual(server.requests.map(({ method }) => method), ['POST']);

    const subscription = subscribe(`${server.url}/v1/events`, { topics: 't', carrier: 'ticket', token: () => 'secret' });
    await assert.rejects((async () => {
      for await (const _ of subscription);
    })(), { kind: 'refused', status });
    assert.equal(server.requests.length, 2);
  });
}

for (const status of [307, 308]) {
  test(`redirect ${status}: a request for a ticket is followed, with the token only within the origin`, async () => {
    const other = await start((_, response) => json(response, 201, { ticket: 'other' }));
    const server = await start(({ url }, response) => {
      const location = url.pathname === '/v1/tickets' ? '/hub/tickets' : `${other.url}/v1/tickets`;
      response.writeHead(status, { Location: location }).end();
    });
    assert.equal(await fetchTicket(`${server.url}/v1/events`, 'secret'), 'other');
    assert.deepEqual([...server.requests, ...other.requests].map(({ method, url, headers }) => [method, url.pathname, headers.authorization]), [
      ['POST', '/v1/tickets', 'Bearer secret'], ['POST', '/hub/tickets', 'Bearer secret'], ['POST', '/v1/tickets', undefined],
    ]);
  });
}
