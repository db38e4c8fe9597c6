import { deflateSync } from 'node:zlib'
import sharp from 'sharp'

/** Red on its left half, blue on its right. */
export function twoColours(width: number, height: number) {
  const half = { create: { width: Math.ceil(width / 2), height, channels: 3 as const, background: 'blue' } }
  return sharp({ create: { width, height, channels: 3, background: 'red' } }).composite([
    { input: half, left: Math.floor(width / 2), top: 0 },
  ])
}

export const png = () => twoColours(64, 64).png().toBuffer()

/** A chunk of PNG. Its checksum is right. */
export function chunk(type: string, data: Buffer): Buffer {
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
export function pngOf(width: number, height: number, pixels: Buffer, ...more: Buffer[]): Buffer {
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
export const bomb = (bytes: number) => deflateSync(Buffer.alloc(bytes), { level: 9 })

export function gifOf(frames: number): Buffer {
  const frame = Buffer.from('21f90400000000002c00000000010001000002024401003b', 'hex').subarray(0, -1)
  const header = Buffer.from('47494638396101000100800000000000ffffff', 'hex')
  return Buffer.concat([header, ...Array.from({ length: frames }, () => frame), Buffer.from('3b', 'hex')])
}

const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script></svg>'

/** What is no picture, or none that may be decoded: its name, what it is answered, how it is made. */
export const hostilePictures: readonly (readonly [string, string, () => Buffer | Promise<Buffer>])[] = [
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
