// Which topics a selector selects (spec/protocol.md, section 4), in time linear in the topic whatever the template.

/** A step of a compiled template: takes a character, goes on at two places, or goes on somewhere else. */
type Step =
  | { readonly takes: (character: string) => boolean }
  | { readonly split: number }
  | { readonly jump: number };

const is = (character: string) => ({ takes: (other: string) => other === character });
const HEX = { takes: (character: string) => /^[0-9A-Fa-f]$/.test(character) };
const UNRESERVED = /^[A-Za-z0-9\-._~,]$/;
const RESERVED = /^[A-Za-z0-9\-._~,:/?#[\]@!$&'()*+;=]$/;

/** Operator: what comes first, what separates, whether the name stands there, whether reserved characters may. */
const STYLES: Readonly<Record<string, readonly [first: string, separator: string, named: boolean, reserved: boolean]>> = {
  '': ['', ',', false, false], '+': ['', ',', false, true], '#': ['#', ',', false, true], '.': ['.', '.', false, false],
  '/': ['/', '/', false, false], ';': [';', ';', true, false], '?': ['?', '&', true, false], '&': ['&', '&', true, false],
};

function compile(template: string): Step[] {
  const code: Step[] = [];
  const literal = (text: string) => code.push(...Array.from({ length: text.length }, (_, i) => is(text[i]!)));

  /** A step that is written once its target is known. */
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

    // An exploded one is name=value for every item, or key=value for every pair: any names.
    if (named && !exploded) {
      literal(name!);

      // `;x` of an empty value has no equals sign.
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

    // Two rows of states: no variable before was defined, and some was. They share the code of the value.
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

function matches(code: readonly Step[], topic: string): boolean {
  let current = [0];
  for (let i = 0; ; i++) {
    // Splits and jumps append to the list that is walked; each step is on it once.
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

/** A function that says whether a topic is selected by any of the selectors, which the hub has accepted. */
export function selects(selectors: readonly string[]): (topic: string) => boolean {
  const exact = new Set(selectors);
  if (exact.has('*')) {
    return () => true;
  }

  const programs = selectors.filter((selector) => selector.includes('{')).map(compile);
  return (topic) => exact.has(topic) || programs.some((code) => matches(code, topic));
}
