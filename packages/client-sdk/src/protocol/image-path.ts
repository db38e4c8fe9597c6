import type { PollImage } from './models.ts'

/** In pixels: for a phone's list, for a page, for a sharp page. */
const widths = [320, 640, 1280] as const

/**
 * The widths that a picture is kept in, in pixels, ascending: it is made smaller, and never larger.
 * @param width of the picture, in pixels
 */
export function imageWidths(width: number): readonly number[] {
  const widest = Math.min(width, 1280)
  return [...widths.filter((one) => one < widest), widest]
}

/**
 * Where a picture is, under the base path of the API.
 * @param width in pixels of the screen; the next larger of the widths that are kept is sent. Left out: the largest
 */
export function imagePath({ id, key }: Pick<PollImage, 'id' | 'key'>, width?: number): string {
  const query = [...(width ? [`w=${width}`] : []), ...(key ? [`key=${encodeURIComponent(key)}`] : [])].join('&')
  return `/images/${encodeURIComponent(id)}${query && `?${query}`}`
}
