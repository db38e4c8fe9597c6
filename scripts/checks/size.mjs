import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'
import { captureNode, root, tools } from '../run-command.mjs'

// What a page pays for each client, bundled as a site's own bundler would; limits in .size-limit.json. What is loaded
// only where no WebSocket opens is a file of its own there.
const clients = [
  ['client-core', 'createVoterClient', '@live-poll/client-sdk/voter'],
  ['client', 'createPollClient', '@live-poll/client-sdk'],
]
for (const [name, factory, from] of clients) {
  const outdir = join(root, 'tmp/size', name)
  await rm(outdir, { recursive: true, force: true })
  await build({
    stdin: {
      contents: `import { ${factory} } from '${from}'; globalThis.${factory} = ${factory}`,
      resolveDir: root,
    },
    outdir,
    entryNames: name,
    chunkNames: '[name]-[hash]',
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    logLevel: 'error',
  })
}
const { code, output } = await captureNode([tools.sizeLimit])
console.log(output)
process.exitCode = code
