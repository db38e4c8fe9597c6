import { createHash } from 'node:crypto'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { defineConfig, type Options } from 'tsup'

type Plugin = NonNullable<Options['esbuildPlugins']>[number]

/** Custom properties that only our own sheets know: in what a page loads they are one letter long. */
const ownProperty = /(?<![\w-])--(accent|strong|line|muted|radius|white)\b/g

/** Minifies the style sheet, which a bundler takes for any other string. */
const minifyStyles: Plugin = {
  name: 'minify-styles',
  setup(build) {
    build.onLoad({ filter: /\.styles\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8')
      const [, sheet = ''] = source.split(/(?<=css \*\/ )`([^`]*)`/)
      const { code } = await build.esbuild.transform(sheet, { loader: 'css', minify: true })
      // What a custom property holds is left as it was written: there, too, no space after a colon or a comma counts.
      const short = code
        .trim()
        .replace(/(?<=[:,]) /g, '')
        .replace(ownProperty, (name) => name.slice(0, 3))
      return { contents: source.replace(sheet, short), loader: 'ts' }
    })
  },
}

const lit = await readFile(new URL('LICENSE', import.meta.resolve('lit')), 'utf8')
const notice = `widget.js contains Lit, https://lit.dev, under this license:\n\n${lit}`

/** What is owed to the makers of what the tag contains. Its notice is as long as a feature, so the tag only names the file. */
const licenses = {
  path: `widget/${createHash('sha256').update(notice).digest('hex').slice(0, 8).toUpperCase()}/licenses.txt`,
  text: notice,
}

/**
 * Makes a file of its own, under its hash, of what is imported only when needed. The bundler's own splitting would move
 * what both use into a third file, for which every page would wait; here the few functions are in both.
 */
const chunks: Plugin = {
  name: 'chunks',
  setup(build) {
    build.onStart(async () => {
      await rm('dist/widget', { recursive: true, force: true })
      await mkdir(join('dist', dirname(licenses.path)), { recursive: true })
      await writeFile(join('dist', licenses.path), licenses.text)
    })
    build.onResolve({ filter: /^\./ }, async ({ kind, path, resolveDir }) => {
      if (kind !== 'dynamic-import') return undefined
      const { metafile } = await build.esbuild.build({
        entryPoints: [{ in: join(resolveDir, path), out: path.replace(/.*\/|(-[0-9A-Z]{8})?\.[jt]s$/g, '') }],
        outdir: 'dist',
        entryNames: 'widget/[hash]/[name]',
        bundle: true,
        minify: true,
        metafile: true,
        format: 'esm',
        target: 'es2022',
        platform: 'browser',
        plugins: [minifyStyles],
      })
      const [file = ''] = Object.keys(metafile.outputs)
      return { path: file.replace(/^dist/, '.'), external: true }
    })
  },
}

/** HTML makes one space of a line break and what indents the next line. In minified code, only templates have any. */
const minifyTemplates: NonNullable<Options['plugins']>[number] = {
  name: 'minify-templates',
  renderChunk: (code) => ({ code: code.replace(/\n\s+/g, ' ') }),
}

/** Of what a poll is drawn from: none is the name of an attribute, of words that a page gives, or of anything on the wire. */
const viewNames = [
  ...['stage', 'chosen', 'figures', 'misfit', 'draft', 'refusal', 'notice', 'hasPresence', 'serverNow'],
  ...['acts', 'formats', 'words', 'rows', 'viewOf', 'view', 'live', 'remarks', 'watched', 'follow'],
  ...['willUpdate', 'updated', 'requestUpdate', 'renderRoot', 'defaultServer', 'getPoll'],
  ...['transport', 'pending'],
]

/** Of Lit, besides those that begin with `_$`. */
const litNames = ['parts', 'renderBefore', 'creationScope', 'ctor']

const common: Options = { format: 'esm', target: 'es2022', esbuildPlugins: [minifyStyles] }

export default defineConfig([
  // For bundlers.
  { ...common, entry: { index: 'src/index.ts' }, platform: 'neutral', dts: true, sourcemap: true, treeshake: true },
  // For a script tag: one file with everything that every page needs.
  {
    ...common,
    entry: { widget: 'src/script.ts' },
    esbuildPlugins: [minifyStyles, chunks],
    plugins: [minifyTemplates],
    footer: { js: `/*! ${licenses.path} */` },
    esbuildOptions(options) {
      options.legalComments = 'none' // see `licenses`
    },
    platform: 'browser',
    noExternal: [/./],
    // The two find different things: together they save 0.1 kB more.
    minifySyntax: true,
    minifyIdentifiers: true,
    minifyWhitespace: true,
    minify: 'terser',
    terserOptions: {
      ecma: 2020,
      compress: { passes: 4, pure_getters: true, sequences: false, unsafe: true, unsafe_arrows: true }, // nothing here is a constructor but classes
      // Claims (`isLocked`) are ours alone: nothing on the wire is named so, and terser leaves the browser's own be.
      // So are the names of a view, and those of Lit's own parts (`_$AH`). What another file knows, too, stays as it is.
      mangle: {
        properties: {
          regex: new RegExp(`^((is|was|on)[A-Z]|_\\$|(${[...viewNames, ...litNames].join('|')})$)`),
          reserved: [
            'isEager',
            'isReady',
            'onMessage',
            'onTransport',
            'isKnown',
            'isSession',
            'isPrivate',
            'isInvited',
          ],
        },
      },
    },
  },
])
