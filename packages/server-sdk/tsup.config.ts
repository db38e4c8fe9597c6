import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { PGlite } from '@electric-sql/pglite'
import { defineConfig, type Options } from 'tsup'

/** Leaves out what only the fault suite reaches (`src/ports/failpoints.ts`), from the source maps too. */
const withoutFailpoints: NonNullable<Options['esbuildPlugins']>[number] = {
  name: 'without-failpoints',
  setup(build) {
    build.onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8')
      return { loader: 'ts', contents: source.replace(/^( *FAILPOINT: |import .*\/failpoints\.ts').*$/gm, '') }
    })
  },
}

/** An embedded database of this version without polls, as a file: opening it takes a fraction of making one. */
async function writeSeed(file: string): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'live-poll-seed-'))
  try {
    const { embedded } = await import(pathToFileURL('dist/embedded.js').href)
    const { close } = await embedded({ directory }).open({ info() {}, warn: console.warn, error: console.error })
    await close()
    const pglite = await PGlite.create(join(directory, 'database'))
    // Nobody makes another database of it, and two templates of 7 MB would be unpacked each time.
    await pglite.exec("update pg_database set datistemplate = false where datname like 'template%'")
    for (const name of ['template0', 'template1']) await pglite.exec(`drop database ${name}`)
    await pglite.exec("alter system set shared_buffers = '2MB'") // more is cleared at each start
    await pglite.exec('checkpoint')
    const tar = Buffer.from(await (await pglite.dumpDataDir('none')).arrayBuffer())
    await pglite.close()
    await writeFile(file, gzipSync(tar, { level: 9 })) // brotli's is 1 MB smaller, and takes longer to unpack
  } finally {
    await rm(directory, { recursive: true })
  }
}

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    cli: 'src/cli/main.ts',
    accounts: 'src/adapters/accounts/accounts.ts',
    invitations: 'src/invitations/invitations.ts',
    embedded: 'src/adapters/embedded/embedded.ts',
    files: 'src/adapters/files/files.ts',
    'from-env': 'src/env/from-env.ts',
    kafka: 'src/adapters/kafka/kafka.ts',
    mysql: 'src/adapters/mysql/mysql.ts',
    postgres: 'src/adapters/postgres/postgres.ts',
    redis: 'src/adapters/redis/redis.ts',
    s3: 'src/adapters/s3/s3.ts',
    webhook: 'src/adapters/webhook/webhook.ts',
    node: 'src/use/node.ts',
    express: 'src/use/express.ts',
    fastify: 'src/use/fastify.ts',
    koa: 'src/use/koa.ts',
    fetch: 'src/use/fetch.ts',
    next: 'src/use/next.ts',
    sessions: 'src/use/sessions.ts',
    jwt: 'src/use/jwt.ts',
    'socket-io': 'src/use/socket-io.ts',
    ws: 'src/use/ws.ts',
    uwebsockets: 'src/use/uwebsockets.ts',
    testing: 'src/testing/create-test-live-poll.ts',
  },
  format: 'esm',
  target: 'node20',
  dts: true,
  sourcemap: true,
  clean: true,
  esbuildPlugins: [withoutFailpoints],
  async onSuccess() {
    const script = fileURLToPath(import.meta.resolve('@live-poll/web-widget/widget.js'))
    await cp(script, 'dist/widget/widget.js')
    await cp(join(dirname(script), 'widget'), 'dist/widget/widget', { recursive: true })
    await writeSeed('dist/testing-seed.tar.gz')
  },
})
