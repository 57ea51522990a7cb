// Issues tokens as an identity provider does, and configures a hub to accept them.

import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const encode = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

export class Issuer {
  #secret = randomBytes(32);
  #folder = mkdtempSync(join(tmpdir(), 'longwave-issuer-'));

  /** Returns settings of a hub that accepts these tokens and rejects every other request. */
  settings() {
    const file = join(this.#folder, 'secret');
    writeFileSync(file, `base64:${this.#secret.toString('base64')}`, { mode: 0o600 });
    return {
      AUTH__ISSUERS__0__ISSUER: 'https://issuer.example',
      AUTH__ISSUERS__0__AUDIENCES__0: 'longwave',
      AUTH__ISSUERS__0__KEYS__0__FILE: file,
      AUTH__CLOCKSKEW: '00:00:00',
    };
  }

  dispose() {
    rmSync(this.#folder, { recursive: true });
  }

  /** @param {number} seconds Lifetime of the token. */
  token(subject, grants, seconds = 3600) {
    const now = Date.now() / 1000;
    const claims = { iss: 'https://issuer.example', aud: 'longwave', sub: subject, jti: randomUUID(), iat: now, exp: now + seconds, longwave: grants };
    const signed = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
    return `${signed}.${createHmac('sha256', this.#secret).update(signed).digest('base64url')}`;
  }
}
