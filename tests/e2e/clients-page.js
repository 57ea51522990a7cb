// Writes docs/reference/clients.md from the last result: npm run clients-page

import { writePage } from './setup/clients-page.js';

await writePage();
