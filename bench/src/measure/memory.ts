import { readFileSync } from 'node:fs'

/** Bytes that a process alone accounts for, shared pages by their share; 0 where there is no /proc. */
export function readMemory(pid: number): { readonly rss: number; readonly pss: number } {
  try {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
    const kilobytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0)
    return { rss: kilobytes('Rss') * 1024, pss: kilobytes('Pss') * 1024 }
  } catch {
    return { rss: 0, pss: 0 }
  }
}
