import { limits } from '../protocol/limits.ts'

/** Pixels of the longer side: twice the widest that a server keeps. */
const longest = 2560

/** Kinds that a browser decodes, and that have one frame at most. */
const stills: ReadonlySet<string> = new Set(['image/jpeg', 'image/png', 'image/webp', 'image/avif'])

/**
 * Makes a picture smaller that is larger than a server takes, where there is a browser to do it; all else stays as it is.
 * A photo of a phone then goes over its connection in a second instead of ten. What it shows, and which way up, stays.
 */
export async function shrinkImage(file: Blob): Promise<Blob> {
  const isLarge = file.size > limits.imageBytes
  if (!isLarge || !stills.has(file.type) || typeof OffscreenCanvas !== 'function') return file
  const bitmap = await createImageBitmap(file).catch(() => undefined) // upright
  if (!bitmap) return file
  const factor = Math.min(1, longest / Math.max(bitmap.width, bitmap.height))
  const canvas = new OffscreenCanvas(Math.round(bitmap.width * factor), Math.round(bitmap.height * factor))
  const context = canvas.getContext('2d')
  context?.drawImage(bitmap, 0, 0, canvas.width, canvas.height)
  bitmap.close()
  // What the browser cannot write as WebP, it writes as PNG.
  const smaller = context && (await canvas.convertToBlob({ type: 'image/webp', quality: 0.9 }).catch(() => undefined))
  return smaller && smaller.size < file.size ? smaller : file
}
