// Makes docs/reference/typescript.md from the declarations that the build wrote. `--check` fails when the page is not current.

import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const page = here('../../docs/reference/typescript.md');
const { exports } = JSON.parse(await readFile(here('package.json'), 'utf8'));

/** Top-level declarations of a .d.ts, each with the comment above it: name → { comment, code }. */
function declarations(text) {
  const found = new Map();
  const lines = text.split('\n');
  let comment = [];
  for (let i = 0; i < lines.length; i++) {
    if (lines[i].startsWith('/**')) {
      const from = i;
      while (!lines[i].includes('*/')) {
        i++;
      }

      comment = lines.slice(from, i + 1);
      continue;
    }

    const name = /^export (?:declare )?(?:abstract )?(?:class|interface|type|const|function|let) (\w+)/.exec(lines[i])?.[1];
    if (name) {
      const from = i;

      // A declaration ends where its brackets are closed and a line ends it.
      for (let depth = 0; ; i++) {
        depth += (lines[i].match(/[{(]/g) ?? []).length - (lines[i].match(/[})]/g) ?? []).length;
        if (depth <= 0 && /[;}]$/.test(lines[i])) {
          break;
        }
      }

      found.set(name, { comment: words(comment), code: lines.slice(from, i + 1).filter((line) => !/^\s+(private|#)/.test(line) && line.trim() !== '#private;').join('\n') });
    }

    comment = [];
  }

  return found;
}

const words = (comment) => comment.join('\n').replace(/^\/\*\*/, '').replace(/\*\/$/, '').split('\n').map((line) => line.replace(/^\s*\* ?/, '').trimEnd()).join('\n').trim()
  .replace(/^@param (\S+) /gm, '\n- `$1`: ').replace(/^@returns /gm, '\nReturns ').replace(/^@throws /gm, '\nThrows ').replace(/\n{3,}/g, '\n\n').trim();

/** What a module exports: its own declarations, and those that it hands on. */
async function exported(path) {
  const text = await readFile(here(path), 'utf8');
  const own = [...declarations(text)];
  for (const [, names, from] of text.matchAll(/^export (?:type )?\{([^}]+)\} from '\.\/([\w-]+)\.js';/gm)) {
    const there = declarations(await readFile(here(`dist/${from}.d.ts`), 'utf8'));
    for (const name of names.split(',').map((part) => part.trim().replace(/^type /, ''))) {
      own.push([name, there.get(name) ?? { comment: '', code: '' }]);
    }
  }

  return own;
}

const parts = [];
const missing = [];
for (const [entry, path] of Object.entries(exports)) {
  const module = entry.replace('.', '@longwave/client');
  parts.push(`## ${module}\n`);
  for (const [name, { comment, code }] of (await exported(path.replace(/\.js$/, '.d.ts'))).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (code === '' || comment === '') {
      missing.push(`${module}: ${name}`);
    }

    parts.push(`### ${name}\n\n${comment}\n\n\`\`\`text\n${code.replace(/^export (declare )?/, '')}\n\`\`\`\n`);
  }
}

const text = `# TypeScript client

<!-- Made from the code by sdk/typescript/eng/reference.js: change it there. -->

\`@longwave/client\`, for browsers and Node 20 or newer. How to use it: [subscribe and publish from TypeScript](../how-to/typescript.md).

${parts.join('\n')}`;
if (missing.length > 0) {
  console.error(`These are exported and not described: ${missing.join(', ')}`);
  process.exitCode = 1;
}

if (!process.argv.includes('--check')) {
  await writeFile(page, text);
} else if (await readFile(page, 'utf8').catch(() => '') !== text) {
  console.error('docs/reference/typescript.md is not current: run `npm run build && npm run reference` in sdk/typescript.');
  process.exitCode = 1;
}
