import sharp from 'sharp'

let made = 0

/** PNG that was never there before. */
export async function newPicture(width = 64, height = 32): Promise<Buffer> {
  made++
  const background = { r: made % 256, g: Math.floor(made / 256) % 256, b: process.pid % 256 }
  return sharp({ create: { width, height, channels: 3, background } })
    .png()
    .toBuffer()
}

/** JPEG of noise, whose widest variant is of some megabytes. */
export async function newLargePicture(): Promise<Buffer> {
  const noise = { type: 'gaussian', mean: 128, sigma: 60 } as const
  return sharp({ create: { width: 1280, height: 2500, channels: 3, background: 'grey', noise } })
    .jpeg({ quality: 80 })
    .toBuffer()
}
