// Matches topics against selectors (spec/protocol.md, section 4), in time linear in the length of the topic for every glob and template.

/** A step of a compiled glob or template: matches a character, splits into two branches, or jumps. */
type Step =
  | { readonly takes: (character: string) => boolean }
  | { readonly split: number }
  | { readonly jump: number };

const is = (character: string) => ({ takes: (other: string) => other === character });
const HEX = { takes: (character: string) => /^[0-9A-Fa-f]$/.test(character) };
const UNRESERVED = /^[A-Za-z0-9\-._~,]$/;
const RESERVED = /^[A-Za-z0-9\-._~,:/?#[\]@!$&'()*+;=]$/;

/** Per operator: prefix, separator, whether the name is written, whether reserved characters are allowed. */
const STYLES: Readonly<Record<string, readonly [first: string, separator: string, named: boolean, reserved: boolean]>> = {
  '': ['', ',', false, false], '+': ['', ',', false, true], '#': ['#', ',', false, true], '.': ['.', '.', false, false],
  '/': ['/', '/', false, false], ';': [';', ';', true, false], '?': ['?', '&', true, false], '&': ['&', '&', true, false],
};

function compile(template: string): Step[] {
  const code: Step[] = [];
  const literal = (text: string) => code.push(...Array.from({ length: text.length }, (_, i) => is(text[i]!)));

  /** Adds a step whose target is set later. */
  const later = (kind: 'split' | 'jump') => {
    const at = code.push({ jump: 0 }) - 1;
    return () => {
      code[at] = kind === 'split' ? { split: code.length } : { jump: code.length };
    };
  };
  const value = (operator: string, variable: string) => {
    const [, separator, named, reserved] = STYLES[operator]!;
    const [, name, exploded, prefix] = /^([^*:]*)(\*?)(?::(\d+))?$/.exec(variable)!;
    let bare = () => {};

    // An exploded variable is name=value for each item of a list, or key=value for each pair: any name matches.
    if (named && !exploded) {
      literal(name!);

      // With `;`, an empty value has no equals sign.
      bare = operator === ';' ? later('split') : bare;
      literal('=');
    }

    const allowed = reserved ? RESERVED : UNRESERVED;
    const takes = (character: string) =>
      character > '\x7f' || allowed.test(character) || (exploded !== '' && (character === separator || character === '='));
    const again = code.length;
    const ends: (() => void)[] = [];
    for (let i = Number(prefix ?? 1); i > 0; i--) {
      ends.push(later('split'));
      const plain = later('split');
      code.push(is('%'), HEX, HEX);
      const taken = later('jump');
      plain();
      code.push({ takes });
      taken();
    }

    if (!prefix) {
      code.push({ jump: again });
    }

    ends.forEach((end) => end());
    bare();
  };

  let at = 0;
  for (const { 0: whole, 1: operator = '', 2: names = '', index } of template.matchAll(/\{([+#./;?&]?)([^{}]*)\}/g)) {
    literal(template.slice(at, index));
    at = index + whole.length;
    const [first, separator] = STYLES[operator]!;

    // Two rows of states: before and after the first defined variable. They share the states of the value.
    let untouched: (() => void)[] = [];
    let written: (() => void)[] = [];
    const land = (jumps: (() => void)[]) => jumps.forEach((jump) => jump());
    names.split(',').forEach((name, i) => {
      let toValue = () => {};
      if (i > 0) {
        land(written);
        written = [later('split')];
        literal(separator);
        toValue = later('jump');
      }

      land(untouched);
      untouched = [later('split')];
      literal(first);
      toValue();
      value(operator, name);
      written.push(later('jump'));
    });
    land([...untouched, ...written]);
  }

  literal(template.slice(at));
  return code;
}

const ANY = { takes: () => true };
const IN_PART = { takes: (character: string) => character !== '/' };

/** `*`: any characters of one part. `**` before a slash: any number of parts. `**` at the end: any characters. */
function compileGlob(glob: string): Step[] {
  const code: Step[] = [];
  for (const [part] of glob.matchAll(/\*\*\/|\*\*?|[^*]/g)) {
    const at = code.length;
    if (part === '**/') {
      code.push({ split: at + 5 }, { split: at + 4 }, ANY, { jump: at + 1 }, is('/'));
    } else if (part.startsWith('*')) {
      code.push({ split: at + 3 }, part === '*' ? IN_PART : ANY, { jump: at });
    } else {
      code.push(is(part));
    }
  }

  return code;
}

function matches(code: readonly Step[], topic: string): boolean {
  let current = [0];
  for (let i = 0; ; i++) {
    // Splits and jumps append to the list during the loop; each step is added once.
    const seen = new Set(current);
    const here = [...seen];
    const add = (step: number) => {
      if (!seen.has(step)) {
        seen.add(step);
        here.push(step);
      }
    };
    const next: number[] = [];
    for (const at of here) {
      const step = code[at];
      if (step === undefined) {
        if (i === topic.length) {
          return true;
        }
      } else if ('takes' in step) {
        if (i < topic.length && step.takes(topic[i]!)) {
          next.push(at + 1);
        }
      } else if ('split' in step) {
        add(at + 1);
        add(step.split);
      } else {
        add(step.jump);
      }
    }

    if (next.length === 0) {
      return false;
    }

    current = next;
  }
}

/** Returns a function that tests whether any of the selectors matches a topic. The hub has already validated the selectors. */
export function selects(selectors: readonly string[]): (topic: string) => boolean {
  const exact = new Set(selectors);
  if (exact.has('*')) {
    return () => true;
  }

  const programs = selectors.filter((selector) => /[*{]/.test(selector)).map((selector) => (selector.includes('{') ? compile : compileGlob)(selector));
  return (topic) => exact.has(topic) || programs.some((code) => matches(code, topic));
}
