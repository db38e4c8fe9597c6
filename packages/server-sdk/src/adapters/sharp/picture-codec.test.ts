import { deflateSync } from 'node:zlib'
import sharp from 'sharp'
import { beforeAll, describe, expect, it } from 'vitest'
import type { PictureCodec } from '../../ports/picture-codec.ts'
import { createPictureCodec } from './picture-codec.ts'

let codec: PictureCodec
beforeAll(async () => {
  codec = await createPictureCodec()
})

/** Red on its left half, blue on its right. */
function twoColours(width: number, height: number) {
  const half = { create: { width: Math.ceil(width / 2), height, channels: 3 as const, background: 'blue' } }
  return sharp({ create: { width, height, channels: 3, background: 'red' } }).composite([
    { input: half, left: Math.floor(width / 2), top: 0 },
  ])
}

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

const png = () => twoColours(64, 64).png().toBuffer()

/** A chunk of PNG. Its checksum is right. */
function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, sum])
}

function crc32(bytes: Buffer): number {
  let crc = ~0
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (0xedb88320 & -(crc & 1))
  }
  return ~crc >>> 0
}

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

/** PNG of these measures and bytes of pixels. */
function pngOf(width: number, height: number, pixels: Buffer, ...more: Buffer[]): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([1, 0, 0, 0, 0], 8) // one bit a pixel, grey
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    ...more,
    chunk('IDAT', pixels),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

/** Of zeros: 300 KB of deflate for hundreds of megabytes. */
const bomb = (bytes: number) => deflateSync(Buffer.alloc(bytes), { level: 9 })

function gifOf(frames: number): Buffer {
  const frame = Buffer.from('21f90400000000002c00000000010001000002024401003b', 'hex').subarray(0, -1)
  const header = Buffer.from('47494638396101000100800000000000ffffff', 'hex')
  return Buffer.concat([header, ...Array.from({ length: frames }, () => frame), Buffer.from('3b', 'hex')])
}

const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script></svg>'

const hostile: readonly (readonly [string, string, () => Buffer | Promise<Buffer>])[] = [
  ['nothing', 'UNSUPPORTED_TYPE', () => Buffer.alloc(0)],
  ['a page', 'UNSUPPORTED_TYPE', () => Buffer.from('<!doctype html><script>alert(1)</script>')],
  ['a script', 'UNSUPPORTED_TYPE', () => Buffer.from('alert(document.cookie)')],
  ['SVG', 'UNSUPPORTED_TYPE', () => Buffer.from(svg)],
  ['SVG that begins as XML', 'UNSUPPORTED_TYPE', () => Buffer.from(`<?xml version="1.0"?>${svg}`)],
  ['SVG behind the signature of PNG', 'UNSUPPORTED_TYPE', () => Buffer.concat([signature, Buffer.from(svg)])],
  ['SVG behind the signature of GIF', 'UNSUPPORTED_TYPE', () => Buffer.from(`GIF89a${svg}`)],
  ['a script that is a GIF, too', 'UNSUPPORTED_TYPE', () => Buffer.from('GIF89a/*AAAA*/=1;alert(1)')],
  ['the signature of PNG alone', 'UNSUPPORTED_TYPE', () => signature],
  ['PNG cut in the middle', 'UNSUPPORTED_TYPE', async () => (await png()).subarray(0, 100)],
  ['JPEG cut in the middle', 'UNSUPPORTED_TYPE', async () => cut(await twoColours(900, 900).jpeg().toBuffer())],
  ['WebP cut in the middle', 'UNSUPPORTED_TYPE', async () => cut(await twoColours(900, 900).webp().toBuffer())],
  ['AVIF cut in the middle', 'UNSUPPORTED_TYPE', async () => cut(await twoColours(900, 900).avif().toBuffer())],
  ['PNG whose header lies', 'UNSUPPORTED_TYPE', () => pngOf(4000, 4000, bomb(100))],
  ['PNG of 50,000 by 50,000', 'INVALID', () => pngOf(50_000, 50_000, bomb(50_000 * 6251))],
  ['PNG without a width', 'UNSUPPORTED_TYPE', () => pngOf(0, 10, bomb(10))],
  ['PNG of 2,147,483,647 by 1', 'UNSUPPORTED_TYPE', () => pngOf(2_147_483_647, 1, bomb(10))],
  ['GIF of 10,000 frames', 'INVALID', () => gifOf(10_000)],
  ['TIFF', 'UNSUPPORTED_TYPE', () => twoColours(9, 9).tiff().toBuffer()],
  ['a PDF', 'UNSUPPORTED_TYPE', () => Buffer.from('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj<<>>endobj', 'latin1')],
  ['a zip file', 'UNSUPPORTED_TYPE', () => Buffer.from('504b0304140000000000', 'hex')],
]

const cut = (bytes: Buffer) => bytes.subarray(0, Math.floor(bytes.length * 0.6))

describe('what is no picture', () => {
  it.each(hostile)('%s: %s', async (_, code, make) => {
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
