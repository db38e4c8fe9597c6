import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'
import { minify } from 'terser'
import { captureNode, root, tools } from '../run-command.mjs'

// What a page pays for each client, bundled as a site's own bundler would; limits in .size-limit.json. What is loaded
// only where no WebSocket opens is a file of its own there. Minified as the tag is, by esbuild and then terser; what
// esbuild makes alone is in a folder of its own.
const compress = { passes: 3, sequences: false, unsafe_arrows: true }
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
  const alone = join(root, 'tmp/size', `${name}-by-esbuild`)
  await rm(alone, { recursive: true, force: true })
  await cp(outdir, alone, { recursive: true })
  for (const file of await readdir(outdir)) await minifyAgain(join(outdir, file))
}
const { code, output } = await captureNode([tools.sizeLimit])
console.log(output)
process.exitCode = code

async function minifyAgain(file) {
  const { code } = await minify(await readFile(file, 'utf8'), { module: true, ecma: 2020, compress })
  await writeFile(file, code)
}
