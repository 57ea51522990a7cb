// Waits for conditions with a time limit and an explanatory error.

const LIMIT_MS = 30_000;
const STEP_MS = 5;

/** Resolves with the first truthy value of `condition`. */
export async function until(what, condition, limitMs = LIMIT_MS) {
  const end = performance.now() + limitMs;
  for (;;) {
    const value = await condition();
    if (value) {
      return value;
    }

    if (performance.now() > end) {
      throw new Error(`Timed out after ${limitMs / 1000} s waiting for ${typeof what === 'function' ? what() : what}`);
    }

    await new Promise((resolve) => setTimeout(resolve, STEP_MS));
  }
}
