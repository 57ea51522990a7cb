// Builds the package into dist/, and the one module that the hub serves: src/Longwave.Server/Page/Files/longwave.js, which is committed so that
// the hub builds without node. `--check` writes nothing there and fails when that file is not what comes out.

import { execFileSync } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const served = here('../../src/Longwave.Server/Page/Files/longwave.js');

await rm(here('dist'), { recursive: true, force: true });
execFileSync(process.execPath, [here('node_modules/typescript/bin/tsc'), '-p', here('tsconfig.json')], { stdio: 'inherit' });

const { version } = JSON.parse(await readFile(here('package.json'), 'utf8'));
const { outputFiles } = await build({
  entryPoints: [here('dist/browser.js')],
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  charset: 'utf8',
  write: false,
  banner: { js: `// @longwave/client ${version}, made from sdk/typescript by 'npm run build': change it there.` },
});
const [{ text }] = outputFiles;
if (!process.argv.includes('--check')) {
  await writeFile(served, text);
} else if (await readFile(served, 'utf8').catch(() => '') !== text) {
  console.error('src/Longwave.Server/Page/Files/longwave.js is not current: run `npm run build` in sdk/typescript.');
  process.exitCode = 1;
}
