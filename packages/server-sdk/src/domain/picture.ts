import { imageWidths } from '@live-poll/client-sdk/protocol'

/**
 * The width to hand out: the smallest that fills what is asked for.
 * @param asked undefined: the widest
 */
export function widthToShow(width: number, asked: number | undefined): number {
  const kept = imageWidths(width)
  return kept.find((one) => asked !== undefined && one >= asked) ?? (kept[kept.length - 1] as number)
}

/** Of what is decoded: more is refused before a pixel of it is. */
export const pictureLimits = {
  /** Width times height: a photo of the largest phone cameras has 50 million. */
  pixels: 60_000_000,
  /** Of an animation, of which the first one is shown. */
  frames: 1000,
} as const

export function pictureFault(width: number, height: number, frames: number): string | undefined {
  if (!(width > 0 && height > 0)) return 'Send a picture with a width and a height.'
  if (width * height > pictureLimits.pixels) return `Send a picture of at most ${pictureLimits.pixels} pixels.`
  if (frames > pictureLimits.frames) return `Send an animation of at most ${pictureLimits.frames} frames.`
  return undefined
}
