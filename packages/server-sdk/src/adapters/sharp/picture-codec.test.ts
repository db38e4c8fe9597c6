import sharp from 'sharp'
import { beforeAll, describe, expect, it } from 'vitest'
import type { PictureCodec } from '../../ports/picture-codec.ts'
import { bomb, chunk, gifOf, hostilePictures, png, pngOf, twoColours } from './hostile-pictures.fixture.ts'
import { createPictureCodec } from './picture-codec.ts'

let codec: PictureCodec
beforeAll(async () => {
  codec = await createPictureCodec()
})

describe('a picture', () => {
  it.each(['png', 'jpeg', 'webp', 'avif', 'gif'] as const)('of %s is kept in each width and format', async (format) => {
    const bytes = await twoColours(1000, 500).toFormat(format).toBuffer()
    const { width, height, placeholder, variants } = await codec.encode(bytes)
    expect([width, height]).toEqual([1000, 500])
    expect(placeholder).toMatch(/^data:image\/webp;base64,/)
    expect(placeholder.length).toBeLessThan(500)
    expect(variants.map((one) => [one.width, one.format])).toEqual([
      [320, 'webp'],
      [320, 'avif'],
      [640, 'webp'],
      [640, 'avif'],
      [1000, 'webp'],
      [1000, 'avif'],
    ])
    for (const variant of variants) {
      const found = await sharp(variant.bytes).metadata()
      expect(found).toMatchObject({ width: variant.width, height: variant.width / 2 })
      expect(found.format).toBe(variant.format === 'avif' ? 'heif' : 'webp')
    }
  })

  it.each([
    ['wider than the widest is kept up to that, and says how wide it was', 3000, 1500, [320, 640, 1280]],
    ['as wide as the widest is kept once in it', 1280, 640, [320, 640, 1280]],
    ['a pixel wider is kept in no width more', 1281, 854, [320, 640, 1280]],
  ])('%s', async (_, width, height, widths) => {
    const encoded = await codec.encode(await twoColours(width, height).png().toBuffer())
    expect([encoded.width, encoded.height]).toEqual([width, height])
    expect(encoded.variants.map((one) => [one.width, one.format])).toEqual(
      widths.flatMap((one) => ['webp', 'avif'].map((format) => [one, format])),
    )
    for (const variant of encoded.variants) {
      const kept = { width: variant.width, height: Math.round((variant.width * height) / width) }
      expect(await sharp(variant.bytes).metadata()).toMatchObject(kept)
    }
  })

  it('stands upright, and says nothing of where it was taken', async () => {
    const exif = { IFD0: { Copyright: 'a secret name' }, IFD3: { GPSLatitude: '52/1 31/1 0/1', GPSLatitudeRef: 'N' } }
    const bytes = await twoColours(400, 200).withExif(exif).jpeg().withMetadata({ orientation: 6 }).toBuffer()
    expect(bytes.includes('a secret name')).toBe(true)
    const { width, height, variants } = await codec.encode(bytes)
    expect([width, height], 'lying on its side').toEqual([200, 400])
    for (const variant of variants) {
      const { exif: left, orientation, icc, xmp } = await sharp(variant.bytes).metadata()
      expect({ left, orientation, icc, xmp }).toEqual({})
    }
    const { data } = await sharp(variants[0]?.bytes).raw().toBuffer({ resolveWithObject: true })
    expect(data[0], 'red is on top').toBeGreaterThan(200)
    expect(data.at(-1), 'and blue below').toBeGreaterThan(200)
  })

  it('that is see-through stays so', async () => {
    const clear = { r: 0, g: 0, b: 0, alpha: 0 }
    const bytes = await sharp({ create: { width: 50, height: 50, channels: 4, background: clear } })
      .png()
      .toBuffer()
    const { variants } = await codec.encode(bytes)
    expect((await sharp(variants[0]?.bytes).stats()).isOpaque).toBe(false)
  })

  it('that moves is shown by its first frame', async () => {
    const frames = await Promise.all(
      ['red', 'blue'].map((background) =>
        sharp({ create: { width: 60, height: 40, channels: 3, background } })
          .png()
          .toBuffer(),
      ),
    )
    const bytes = await sharp(frames, { join: { animated: true } })
      .gif()
      .toBuffer()
    expect((await sharp(bytes).metadata()).pages).toBe(2)
    const { width, height, variants } = await codec.encode(bytes)
    expect([width, height]).toEqual([60, 40])
    expect((await sharp(variants[0]?.bytes).stats()).dominant).toMatchObject({ b: 8 })
  })
})

describe('what is no picture', () => {
  it.each(hostilePictures)('%s: %s', { timeout: 30_000 }, async (_, code, make) => {
    const bytes = await make()
    expect(bytes.length).toBeLessThan(400_000)
    await expect(codec.encode(bytes)).rejects.toMatchObject({ code })
  })

  it('leaves nothing of itself in a picture that it is hidden in', async () => {
    const secret = '<script>alert(1)</script>'
    const behind = Buffer.concat([await png(), Buffer.from(secret)])
    const text = chunk('tEXt', Buffer.from(`Comment\0${secret}`))
    const within = pngOf(8, 8, bomb(16), text)
    for (const bytes of [behind, within]) {
      const { variants, placeholder } = await codec.encode(bytes)
      for (const variant of variants) expect(Buffer.from(variant.bytes).includes(secret)).toBe(false)
      expect(Buffer.from(placeholder.slice(23), 'base64').includes(secret)).toBe(false)
    }
  })

  it('takes no memory to speak of', { timeout: 30_000 }, async () => {
    const inflated = bomb(100_000_000)
    const profile = chunk('iCCP', Buffer.concat([Buffer.from('bomb\0\0'), inflated]))
    const comment = chunk('zTXt', Buffer.concat([Buffer.from('bomb\0\0'), inflated]))
    const bombs = [
      pngOf(8, 8, bomb(16), profile),
      pngOf(8, 8, bomb(16), comment),
      pngOf(50_000, 50_000, bomb(50_000 * 6251)),
      gifOf(10_000),
    ]
    await codec.encode(await png())
    const before = process.memoryUsage().rss
    let most = 0
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage().rss)
    }, 2)
    for (const bytes of bombs) await codec.encode(bytes).catch(() => {})
    clearInterval(watch)
    console.log(`at most ${Math.round((most - before) / 1e6)} MB more`)
    expect(most - before).toBeLessThan(100_000_000)
  })
})
