// Prints what clients receive from a hub that is killed every two seconds under load: npm run restarts -- [SECONDS]

import { runRestarts } from './setup/restarts.js';

const seconds = Number(process.argv[2] ?? 120);
const { published, duplicates, restarts, clients } = await runRestarts(seconds * 1000);
console.log(`${seconds} s, the hub killed and started ${restarts} times, ${published} events published (${duplicates} of them a repeat that the hub recognised)`);
console.table(Object.fromEntries(clients.map(({ name, ...counts }) => [name, counts])));
process.exitCode = clients.every(({ events, lost, doubled }) => events === published && lost === 0 && doubled === 0) ? 0 : 1;
