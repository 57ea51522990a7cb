// Prints what the browsers' own EventSource receives from a hub that restarts gracefully under load: npm run restarts -- [RESTARTS]

import { runRestarts } from './setup/restarts.js';

const restarts = Number(process.argv[2] ?? 200);
const { published, browsers } = await runRestarts(restarts);
console.log(`${restarts} graceful restarts, ${published} events published`);
console.table(Object.fromEntries(browsers.map(({ name, ...counts }) => [name, counts])));
process.exitCode = browsers.every(({ dead, lost, doubled, behind }) => dead + lost + doubled + behind === 0) ? 0 : 1;
