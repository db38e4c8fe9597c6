import type { ErrorCode } from '@live-poll/client-sdk/protocol'
import { bomb, chunk, hostilePictures, pngOf, twoColours } from '../../src/adapters/sharp/hostile-pictures.fixture.ts'
import { newPicture } from '../pictures.ts'

export interface HostileUpload {
  readonly body: Uint8Array
  readonly type: string
  /** What it is answered: a code of the table; or 201, where there is a picture in it, of which nothing else is kept. */
  readonly code: ErrorCode | 201
  /** Texts of the upload that stand in no variant. */
  readonly secrets?: readonly string[]
}

type Make = () => Promise<HostileUpload>

const boundary = 'live-poll-hostile'
const formType = `multipart/form-data; boundary=${boundary}`

/** Parts of a form: their headers as they are, and their bytes. */
function formOf(parts: readonly (readonly [headers: string, bytes: Uint8Array | string])[], ending = '--\r\n'): Buffer {
  return Buffer.concat([
    ...parts.flatMap(([headers, bytes]) => [
      Buffer.from(`--${boundary}\r\n${headers}\r\n\r\n`, 'latin1'),
      Buffer.from(bytes),
      Buffer.from('\r\n'),
    ]),
    Buffer.from(`--${boundary}${ending}`),
  ])
}

const file = (name = 'soup.png') =>
  `Content-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: image/png`
const field = (name: string) => `Content-Disposition: form-data; name="${name}"`

const form =
  (code: HostileUpload['code'], make: (picture: Buffer) => Uint8Array): Make =>
  async () => ({ body: make(await newPicture()), type: formType, code })

/** A picture, called something that is no name for a file. */
const named = (name: string) => form(201, (picture) => formOf([[file(name), picture]]))

const script = '<script>alert(document.domain)</script>'
const inflated = () => bomb(100_000_000)

/** Some take a second to make. */
function once(make: () => Buffer | Promise<Buffer>): () => Promise<Buffer> {
  let made: Promise<Buffer> | undefined
  return () => {
    made ??= Promise.resolve(make())
    return made
  }
}

/** What is no picture, sent as one: as the body, and as the file of a form. */
const asPictures = hostilePictures
  .filter(([name]) => name !== 'nothing')
  .map(([name, code, make]) => [name, code, once(make)] as const)
  .flatMap(([name, code, make]): [string, Make][] => [
    [`${name}, as image/png`, async () => ({ body: await make(), type: 'image/png', code: code as ErrorCode })],
    [
      `${name}, in a form`,
      async () => ({ body: formOf([[file(), await make()]]), type: formType, code: code as ErrorCode }),
    ],
  ])

export const uploadCases: Readonly<Record<string, Make>> = {
  ...Object.fromEntries(asPictures),
  'SVG that says so': async () => ({
    ...{ body: Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg">${script}</svg>`), type: 'image/svg+xml' },
    code: 'UNSUPPORTED_TYPE',
  }),
  'a picture that says it is a page': async () => ({
    ...{ body: await newPicture(), type: 'text/html', code: 'UNSUPPORTED_TYPE' },
  }),
  'a page behind a picture': async () => ({
    ...{ body: Buffer.concat([await newPicture(), Buffer.from(script)]), type: 'image/png', code: 201 },
    secrets: [script],
  }),
  'a place in the metadata': async () => ({
    body: await twoColours(300, 200)
      .withExif({ IFD0: { Copyright: 'a secret name' }, IFD3: { GPSLatitude: '52/1 31/1 0/1', GPSLatitudeRef: 'N' } })
      .jpeg()
      .toBuffer(),
    ...{ type: 'image/jpeg', code: 201, secrets: ['a secret name', 'Exif', 'GPS'] },
  }),
  'a colour profile of 100 MB, compressed': async () => ({
    body: pngOf(8, 8, bomb(16), chunk('iCCP', Buffer.concat([Buffer.from('bomb\0\0'), inflated()]))),
    ...{ type: 'image/png', code: 201 },
  }),
  'a text of 100 MB, compressed': async () => ({
    body: pngOf(8, 9, bomb(18), chunk('zTXt', Buffer.concat([Buffer.from('bomb\0\0'), inflated()]))),
    ...{ type: 'image/png', code: 201 },
  }),
  'more than 5 MB': async () => ({
    ...{ body: Buffer.alloc(5 * 1024 * 1024 + 1), type: 'image/png', code: 'TOO_LARGE' },
  }),
  'more than 5 MB in a form': form('TOO_LARGE', () => formOf([[file(), Buffer.alloc(5 * 1024 * 1024 + 1)]])),

  'a name of the folders above': named('../../../../etc/passwd'),
  'a name of another disk': named('C:\\\\windows\\\\system32\\\\x.png'),
  'a name with a NUL': form('INVALID', (picture) => formOf([[file('soup.png\0.html'), picture]])),
  'a name in broken UTF-8': named('\xff\xfe\xc3'),
  'a name of a script': named(script),
  'a name of 8,000 letters': named('n'.repeat(8000)),
  'a name with line breaks, and a header in it': form('INVALID', (picture) =>
    formOf([[file('a\r\nX-Evil: 1\r\n\r\n'), picture]]),
  ),
  'a name that ends its header': form(201, (picture) => formOf([[file('a"; filename="b'), picture]])),
  'a name called __proto__': form(201, (picture) =>
    formOf([
      [field('__proto__'), 'x'],
      [file('__proto__'), picture],
      [field('constructor'), 'y'],
    ]),
  ),

  '1,000 fields': form('INVALID', (picture) =>
    formOf([...Array.from({ length: 1000 }, (_, index) => [field(`f${index}`), 'x'] as const), [file(), picture]]),
  ),
  '1,000 files': form('INVALID', (picture) => formOf(Array.from({ length: 1000 }, () => [file(), picture] as const))),
  'two files': form('INVALID', (picture) =>
    formOf([
      [file(), picture],
      [file(), picture],
    ]),
  ),
  'no file': form('INVALID', () => formOf([[field('file'), 'x']])),
  'a file of nothing': form('INVALID', () => formOf([[file(''), '']])),
  'a field of 1 MB': form('INVALID', () => formOf([[field('f'), Buffer.alloc(1024 * 1024)]])),
  '1,000 headers of a part': form('INVALID', (picture) =>
    formOf([
      [`${file()}${'\r\nX-A: b'.repeat(1000)}`, picture],
      [file(), picture],
    ]),
  ),
  'a header of 100 KB': form('INVALID', (picture) => formOf([[`${file()}\r\nX-A: ${'b'.repeat(100_000)}`, picture]])),
  'a part without headers': form('INVALID', (picture) => formOf([['', picture]])),
  'no end': form('INVALID', (picture) => formOf([[file(), picture]], '')),
  'an end in the middle of the file': form('INVALID', (picture) => formOf([[file(), picture]]).subarray(0, 150)),
  'no form at all': form('INVALID', (picture) => picture),
  'a boundary of its own': async () => ({
    ...{ body: formOf([[file(), await newPicture()]]), type: 'multipart/form-data; boundary=other', code: 'INVALID' },
  }),
  'no boundary': async () => ({
    ...{ body: formOf([[file(), await newPicture()]]), type: 'multipart/form-data', code: 'INVALID' },
  }),
  'an empty boundary': async () => ({
    ...{ body: formOf([[file(), await newPicture()]]), type: 'multipart/form-data; boundary=""', code: 'INVALID' },
  }),
  'a boundary of 10,000 letters': async () => ({
    body: formOf([[file(), await newPicture()]]),
    ...{ type: `multipart/form-data; boundary=${'b'.repeat(10_000)}`, code: 'INVALID' },
  }),
}
