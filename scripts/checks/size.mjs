import { join } from 'node:path'
import { build } from 'esbuild'
import { captureNode, root, tools } from '../run-command.mjs'

// What a page pays for `createPollClient` alone, bundled as a site's own bundler would; limits in .size-limit.json.
await build({
  stdin: {
    contents: `import { createPollClient } from '@live-poll/client-sdk'; globalThis.createPollClient = createPollClient`,
    resolveDir: root,
  },
  outfile: join(root, 'tmp/size/client-core.js'),
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  platform: 'browser',
  logLevel: 'error',
})
const { code, output } = await captureNode([tools.sizeLimit])
console.log(output)
process.exitCode = code
