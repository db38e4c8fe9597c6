import { readFile } from 'node:fs/promises'
import { defineConfig, type Options } from 'tsup'

type Plugin = NonNullable<Options['esbuildPlugins']>[number]

/** Minifies the style sheet, which a bundler takes for any other string. */
const minifyStyles: Plugin = {
  name: 'minify-styles',
  setup(build) {
    build.onLoad({ filter: /\.styles\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8')
      const [, sheet = ''] = source.split(/(?<=css \*\/ )`([^`]*)`/)
      const { code } = await build.esbuild.transform(sheet, { loader: 'css', minify: true })
      return { contents: source.replace(sheet, code.trim()), loader: 'ts' }
    })
  },
}

const common: Options = { format: 'esm', target: 'es2022', esbuildPlugins: [minifyStyles] }

export default defineConfig([
  // For bundlers.
  { ...common, entry: { index: 'src/index.ts' }, platform: 'neutral', dts: true, sourcemap: true, treeshake: true },
  // For a script tag: one file with everything in it.
  {
    ...common,
    entry: { widget: 'src/script.ts' },
    platform: 'browser',
    noExternal: [/./],
    minify: 'terser',
    terserOptions: { ecma: 2020, compress: { passes: 2 } },
  },
])
