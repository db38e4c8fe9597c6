/** How each figure is written: in a line on a terminal, and in a table under its head. */
export interface FigureFormat {
  readonly head: string
  readonly cell: (value: number) => string
  readonly line: (cell: string) => string
}

const whole = (value: number) => Math.round(value).toLocaleString('en')
const tenths = (value: number) => value.toFixed(1)
const megabytes = (value: number) => whole(value / 2 ** 20)

function format(head: string, cell: FigureFormat['cell'], line: FigureFormat['line']): FigureFormat {
  return { head, cell, line }
}

/** In the order in which they stand. A figure that is not among them is only for claims. */
export const figureFormats: Readonly<Record<string, FigureFormat>> = {
  votes: format('votes/s', whole, (cell) => `${cell} votes/s`),
  p50: format('ack p50, ms', tenths, (cell) => `p50 ${cell}`),
  p99: format('ack p99, ms', tenths, (cell) => `p99 ${cell} ms`),
  answers: format('answers/s', whole, (cell) => `${cell} answers/s`),
  answerSize: format(
    'each, KB',
    (value) => tenths(value / 1024),
    (cell) => `of ${cell} KB`,
  ),
  delivered: format('delivered/s', whole, (cell) => `${cell} delivered/s`),
  updates: format('updates/s', tenths, (cell) => `${cell} updates/s`),
  fewest: format('at the slowest', tenths, (cell) => `slowest ${cell}`),
  server: format('server, us', tenths, (cell) => `server ${cell} us`),
  postgres: format('Postgres, us', tenths, (cell) => `Postgres ${cell}`),
  redis: format('Redis, us', tenths, (cell) => `Redis ${cell}`),
  all: format('together, us', tenths, (cell) => `together ${cell}`),
  spread50: format('spread p50, ms', whole, (cell) => `spread p50 ${cell}`),
  spread99: format('spread p99, ms', whole, (cell) => `p99 ${cell} ms`),
  behind: format('behind at most, ms', whole, (cell) => `behind ${cell} ms`),
  memory: format(
    'memory a viewer, KB',
    (value) => tenths(value / 1024),
    (cell) => `${cell} KB a viewer`,
  ),
  memoryAfter: format(
    'after updates, KB',
    (value) => tenths(value / 1024),
    (cell) => `(${cell} after updates,`,
  ),
  rssEach: format(
    'with the nursery, KB',
    (value) => tenths(value / 1024),
    (cell) => `${cell} with V8’s nursery)`,
  ),
  reading: format(
    'results read in, ms',
    (value) => value.toFixed(2),
    (cell) => `results read in ${cell} ms`,
  ),
  importing: format('import, ms', whole, (cell) => `import ${cell} ms`),
  start: format('start, ms', whole, (cell) => `start ${cell} ms`),
  rss: format('RSS, MB', megabytes, (cell) => `RSS ${cell} MB`),
  pss: format('PSS, MB', megabytes, (cell) => `PSS ${cell} MB`),
  installed: format('installed, MB', megabytes, (cell) => `${cell} MB installed`),
  back: format('back', whole, (cell) => `${cell} back`),
  returned: format('in, s', tenths, (cell) => `in ${cell} s`),
  attempts: format('attempts each', tenths, (cell) => `${cell} attempts each`),
  readRate: format('uses of the database/s', tenths, (cell) => `${cell} uses of the database a second`),
  calm99: format('ack p99 while they read, ms', tenths, (cell) => `while they read ${cell} ms`),
  closed: format('cut off', whole, (cell) => `${cell} cut off`),
  cut: format('after, s', tenths, (cell) => `after ${cell} s`),
  silentMemory: format(
    'memory each, KB',
    (value) => whole(value / 1024),
    (cell) => `${cell} KB each`,
  ),
  load: format(
    'load generator, cores',
    (value) => value.toFixed(2),
    (cell) => `load generator ${cell} cores`,
  ),
  loopDelay: format('event loop late p99, ms', whole, (cell) => `loop p99 ${cell} ms`),
  refused: format('not taken', whole, (cell) => (cell === '0' ? '' : `${cell} NOT TAKEN`)),
}
