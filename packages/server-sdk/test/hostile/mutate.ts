/** Deterministic numbers in [0, 1): a linear congruential generator (Numerical Recipes), so that a run can be repeated. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

type Mutation = (text: string, random: () => number) => string | Uint8Array

/** Values of every kind that JSON has, and those that programs stumble over. */
const oddValues = [
  'null',
  'true',
  '[]',
  '{}',
  '""',
  '0',
  '-1',
  '1e999',
  '-0',
  '0.5',
  '9007199254740993',
  '1e308',
  '{"toString":1}',
  '"\\u0000"',
  '"\\ud800"',
  '"\\u202e"',
  '"__proto__"',
  '[[[[]]]]',
  '[1,1]',
  '[null]',
  '["1"]',
  `"${'x'.repeat(5000)}"`,
]

const mutations: Readonly<Record<string, Mutation>> = {
  flipBits(text, random) {
    const bytes = Buffer.from(text)
    for (let flips = 1 + random() * 4; flips > 0; flips--) {
      const at = Math.floor(random() * bytes.length)
      bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(random() * 7)) // the top bit stays: see `invalidUtf8`
    }
    return bytes
  },
  truncate: (text, random) => text.slice(0, Math.floor(random() * text.length)),
  duplicate: (text, random) => text + text.slice(Math.floor(random() * text.length)),
  deleteSpan(text, random) {
    const from = Math.floor(random() * text.length)
    return text.slice(0, from) + text.slice(from + 1 + Math.floor(random() * 8))
  },
  replaceValue: (text, random) =>
    swap(text, /(?<=":)("[^"]*"|\d+|\[[^\]]*\]|null|true|false)/g, random, () => oddValue(random)),
  replaceKey: (text, random) =>
    swap(text, /"\w+"(?=:)/g, random, () => pick(['"__proto__"', '"constructor"', '""'], random)),
  addField: (text, random) =>
    text.replace(/^\{/, `{${pick(['"__proto__"', '"x"', '"type"', '"pollId"'], random)}:${oddValue(random)},`),
  nest: (text, random) => '['.repeat(1 + Math.floor(random() * 2000)) + text,
  wrap: (text) => `[${text}]`,
}

/** Turns a good message into one of ten thousand bad ones (or, now and then, another good one). */
export function mutate(text: string, random: () => number): string | Uint8Array {
  return pick(Object.values(mutations), random)(text, random)
}

/** Not for WebSocket text frames: there the WebSocket server itself ends the connection. */
export function invalidUtf8(text: string, random: () => number): Uint8Array {
  const bytes = Buffer.from(text)
  bytes[Math.floor(random() * bytes.length)] = 0xff
  return bytes
}

export function pick<T>(items: readonly T[], random: () => number): T {
  return items[Math.floor(random() * items.length)] as T
}

function oddValue(random: () => number): string {
  return pick(oddValues, random)
}

/** Replaces one of the matches. */
function swap(text: string, pattern: RegExp, random: () => number, replacement: () => string): string {
  const matches = [...text.matchAll(pattern)]
  if (matches.length === 0) return text
  const { index, 0: found } = pick(matches, random)
  return text.slice(0, index) + replacement() + text.slice(index + found.length)
}
