import { cp, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
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

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    cli: 'src/cli/main.ts',
    accounts: 'src/adapters/accounts/accounts.ts',
    invitations: 'src/invitations/invitations.ts',
    embedded: 'src/adapters/embedded/embedded.ts',
    mysql: 'src/adapters/mysql/mysql.ts',
    postgres: 'src/adapters/postgres/postgres.ts',
    redis: 'src/adapters/redis/redis.ts',
    node: 'src/use/node.ts',
    express: 'src/use/express.ts',
    fastify: 'src/use/fastify.ts',
    sessions: 'src/use/sessions.ts',
    jwt: 'src/use/jwt.ts',
    ws: 'src/use/ws.ts',
    uwebsockets: 'src/use/uwebsockets.ts',
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
  },
})
