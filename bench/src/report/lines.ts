import type { Contender, Figures } from '../scenarios/world.ts'
import { figureFormats } from './figure-formats.ts'

/** One measurement as a line on a terminal. */
export function formatLine({ key, title }: Pick<Contender, 'key' | 'title'>, figures: Figures): string {
  const parts = Object.entries(figureFormats).map(([name, { cell, line }]) => {
    const value = figures[name]
    return value === undefined ? '' : line(cell(value))
  })
  return `${key.padEnd(13)} ${title.padEnd(42)} ${parts.filter(Boolean).join('  ')}`
}
