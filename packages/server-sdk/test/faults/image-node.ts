/**
 * A server in a process of its own that keeps pictures, to be killed in the middle of an upload.
 *
 * node image-node.mjs <ImageNodeStart as JSON>
 */
import { writeSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { removeUnused } from '../../src/actions/remove-images.ts'
import { embedded } from '../../src/adapters/embedded/embedded.ts'
import { files } from '../../src/adapters/files/files.ts'
import { s3 } from '../../src/adapters/s3/s3.ts'
import { createLivePoll } from '../../src/create-live-poll.ts'
import type { OpenDatabase } from '../../src/ports/database.ts'
import { armFailpoints, type Failpoint } from '../../src/ports/failpoints.ts'
import { sweepOnce } from '../../src/upkeep/sweep-images.ts'
import { toNodeHandler } from '../../src/use/node.ts'
import { connectS3 } from '../servers/s3.ts'

export interface ImageNodeStart {
  /** Holds the database. */
  readonly directory: string
  readonly adminKey: string
  /** Where the pictures are: a folder, or a bucket of S3. */
  readonly store: { readonly folder: string } | { readonly endpoint: string; readonly bucket: string }
}

/** Where it kills itself: at the so-manyeth passing of a point. */
export interface DeathOfImageNode {
  readonly point: Failpoint
  readonly passing: number
}

/** What it is told over IPC: where to die; or to sweep, whatever is not used, of any age, and to say what is left. */
export type ImageNodeOrder = { readonly dieAt: DeathOfImageNode } | { readonly sweep: true }

export interface ImageNodeReady {
  readonly port: number
}

export interface SweptImages {
  readonly removed: number
  /** What the database knows of then. */
  readonly left: { readonly bytes: number; readonly images: number }
}

const { directory, adminKey, store: place } = JSON.parse(process.argv[2] ?? '') as ImageNodeStart
const store =
  'folder' in place
    ? files({ directory: place.folder })
    : s3({ client: connectS3(place.endpoint), bucket: place.bucket })
const adapter = embedded({ directory })
let opened: OpenDatabase | undefined
const livePoll = createLivePoll({
  database: {
    ...adapter,
    async open(logger) {
      opened = await adapter.open(logger)
      return opened
    },
  },
  adminKey,
  images: store,
})

let dieAt: DeathOfImageNode | undefined
let passings = 0
armFailpoints((point) => {
  if (point !== dieAt?.point || ++passings < dieAt.passing) return
  writeSync(1, `${point}\n`)
  process.kill(process.pid, 'SIGKILL') // it has effect before the next statement
})

process.on('message', async (order: ImageNodeOrder) => {
  if ('dieAt' in order) {
    dieAt = order.dieAt
    return
  }
  const { images } = opened as OpenDatabase
  // In an hour, or a day, as far as the database can tell.
  const old = { pending: -1, unused: -1 }
  const records = { ...images, toSweep: (_: unknown, most: number) => images.toSweep(old, most) }
  const removed = await sweepOnce(records, (ids) => removeUnused(images, store, ids, old, () => {}))
  process.send?.({ removed, left: await images.usage(null) } satisfies SweptImages)
})
process.on('disconnect', () => process.exit())

await livePoll.ready()
const server = createServer(toNodeHandler(livePoll)).listen(0, '127.0.0.1', () => {
  process.send?.({ port: (server.address() as AddressInfo).port } satisfies ImageNodeReady)
})
