// Restarts a hub under load while every kind of client receives its events, and writes the result: npm run restarts -- [RESTARTS OF EACH KIND]

import { writePage, writeResult } from './setup/clients-page.js';
import { runRestarts } from './setup/restarts.js';

const result = await runRestarts(Number(process.argv[2] ?? 200), console.log);
await writeResult(result);
await writePage();
console.table(result.clients.map(({ client, runsIn, transport, auth, graceful, hard }) => ({ client, runsIn, transport, auth, graceful: Object.values(graceful).join(' '), hard: Object.values(hard).join(' ') })));
process.exitCode = result.clients.every(({ graceful, hard }) => [...Object.values(graceful), ...Object.values(hard)].every((count) => count === 0)) ? 0 : 1;
