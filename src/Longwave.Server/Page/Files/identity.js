// What a token says about its owner, only to show it: the hub alone decides whether the token is valid.

const API_KEY = /^lwk_([A-Za-z0-9-]+)_/;

/** @returns {{ name: string, expires: Date | null }} */
export function identityOf(token) {
  const key = API_KEY.exec(token);
  if (key) {
    return { name: `API key ${key[1]}`, expires: null };
  }

  const { sub, exp } = claimsOf(token);
  return { name: typeof sub === 'string' && sub !== '' ? sub : 'a token', expires: Number.isFinite(exp) ? new Date(exp * 1000) : null };
}

function claimsOf(token) {
  try {
    const payload = token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/');
    const claims = JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(payload), (byte) => byte.charCodeAt(0))));
    return claims !== null && typeof claims === 'object' ? claims : {};
  } catch {
    return {};
  }
}

/** A name for the token that does not reveal it. Only secure pages have the interface for it. */
export async function tagOf(token) {
  if (token === '' || crypto.subtle === undefined) {
    return '';
  }

  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token));
  return Array.from(new Uint8Array(hash, 0, 16), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
