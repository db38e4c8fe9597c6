import { readFile } from 'node:fs/promises'
import { defineConfig, type Options } from 'tsup'

type Plugin = NonNullable<Options['esbuildPlugins']>[number]

/** Minifies the style sheet, which esbuild by itself takes for any other string. */
const minifyStyles: Plugin = {
  name: 'minify-styles',
  setup(build) {
    build.onLoad({ filter: /\.styles\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8')
      const sheet = /css`([^`]*)`/.exec(source)?.[1] ?? ''
      const { code } = await build.esbuild.transform(sheet, { loader: 'css', minify: true })
      return { contents: source.replace(sheet, code.trim()), loader: 'ts' }
    })
  },
}

const common: Options = { format: 'esm', target: 'es2022', platform: 'browser', treeshake: true, esbuildPlugins: [minifyStyles] }

export default defineConfig([
  { ...common, entry: { index: 'src/index.ts' }, platform: 'neutral', dts: true, sourcemap: true },
  { ...common, entry: { widget: 'src/script.ts' }, noExternal: [/./], minify: true },
])
