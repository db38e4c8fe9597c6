import type { Contender, Figures } from '../scenarios/world.ts'

/** How each figure is written, in the order of a line. */
const formats: Readonly<Record<string, (value: number) => string>> = {
  votes: (value) => `${Math.round(value).toLocaleString('en')} votes/s`,
  p50: (value) => `p50 ${value.toFixed(1)}`,
  p99: (value) => `p99 ${value.toFixed(1)} ms`,
  server: (value) => `server ${value.toFixed(1)} us`,
  postgres: (value) => `Postgres ${value.toFixed(1)}`,
  redis: (value) => `Redis ${value.toFixed(1)}`,
  delivered: (value) => `${Math.round(value).toLocaleString('en')} delivered/s`,
  updates: (value) => `${value.toFixed(1)} updates/s`,
  spread99: (value) => `spread p99 ${value.toFixed(0)} ms`,
  behind: (value) => `behind ${value.toFixed(0)} ms`,
  memory: (value) => `${(value / 1024).toFixed(1)} KB a viewer`,
  memoryAfter: (value) => `(${(value / 1024).toFixed(1)} after updates)`,
  reading: (value) => `results read in ${value.toFixed(2)} ms`,
  importing: (value) => `import ${value.toFixed(0)} ms`,
  start: (value) => `start ${value.toFixed(0)} ms`,
  rss: (value) => `RSS ${(value / 2 ** 20).toFixed(0)} MB`,
  pss: (value) => `PSS ${(value / 2 ** 20).toFixed(0)} MB`,
  installed: (value) => `${(value / 2 ** 20).toFixed(0)} MB installed`,
  load: (value) => `load generator ${value.toFixed(2)} cores`,
  loopDelay: (value) => `loop p99 ${value.toFixed(0)} ms`,
  refused: (value) => (value > 0 ? `${value} REFUSED` : ''),
}

export function formatLine({ key, title }: Contender, figures: Figures): string {
  const parts = Object.entries(formats).map(([name, format]) => {
    const value = figures[name]
    return value === undefined ? '' : format(value)
  })
  return `${key.padEnd(8)} ${title.padEnd(40)} ${parts.filter(Boolean).join('  ')}`
}
