import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Application, KindRouter, ReflectionKind } from 'typedoc'
import { markdownFiles } from './checks/files.mjs'
import { prepare } from './prepare.mjs'
import { root } from './run-command.mjs'

// npm run docs: guides, READMEs and the API of every entry as one site, docs-site/index.html. A warning is an error: a link
// that leads nowhere, a type that a signature names and no entry exports.

/** In the order in which a newcomer reads them; whatever else is Markdown comes after these, by name. */
const first = [
  'quick-start',
  'mounting',
  'identity',
  'testing',
  'deploying',
  'proxies',
  'serverless',
  'scaling',
  'upgrading',
  'events-out',
  'security',
  'privacy',
  'access',
  'protocol',
].map((name) => `docs/${name}.md`)

if (!process.argv.includes('--built')) await prepare()
const packages = ['client-sdk', 'server-sdk', 'web-widget'].map((name) => {
  const { exports } = JSON.parse(readFileSync(join(root, `packages/${name}/package.json`), 'utf8'))
  return { name: `@live-poll/${name}`, folder: `packages/${name}`, exports }
})
const modules = new Map(
  packages.flatMap(({ name, folder, exports }) =>
    Object.entries(exports)
      .filter(([, entry]) => entry.types)
      .map(([path, entry]) => [join(root, folder, entry.types), `${name}${path.slice(1)}`]),
  ),
)

const documents = markdownFiles().filter((path) => path !== 'README.md')
const rank = (path) => (first.includes(path) ? first.indexOf(path) : first.length)
documents.sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))

const out = join(root, 'docs-site')
rmSync(out, { recursive: true, force: true })
const app = await Application.bootstrap({
  name: 'Live Poll',
  // What npm publishes, not the sources: one copy of a type that two packages share, and no name that users cannot import.
  entryPoints: [...modules.keys()],
  tsconfig: join(root, 'tsconfig.docs.json'),
  basePath: root,
  readme: join(root, 'README.md'),
  projectDocuments: documents.map((path) => join(root, path)),
  out,
  disableSources: true,
  disableGit: true,
  excludeInternal: true,
  excludePrivate: true,
  customCss: join(root, 'docs/site.css'),
  githubPages: false,
  hideGenerator: true,
  searchInComments: true,
  searchInDocuments: true,
  navigation: { includeCategories: false, includeGroups: false },
  headings: { readme: false, document: false },
  highlightLanguages: [
    'bash',
    'css',
    'docker',
    'html',
    'javascript',
    'json',
    'nginx',
    'sql',
    'tsx',
    'typescript',
    'yaml',
  ],
  ignoredHighlightLanguages: ['caddy', 'caddyfile', 'http', 'text'],
  packagesRequiringDocumentation: packages.map(({ name }) => name),
  requiredToBeDocumented: ['Class', 'Interface', 'TypeAlias', 'Variable'],
  validation: { notExported: true, invalidLink: true, invalidPath: true, rewrittenLink: true, notDocumented: true },
})

/** Of a document, `docs/scaling`. */
const paths = new Map()
app.renderer.defineRouter(
  'documents-by-path',
  class extends KindRouter {
    getIdealBaseName(reflection) {
      return paths.get(reflection) ?? super.getIdealBaseName(reflection)
    }
  },
)
app.options.setValue('router', 'documents-by-path')

const project = await app.convert()
if (project) {
  nameModules(project)
  nameDocuments(project)
  app.validate(project)
  checkFunctions(project)
  await app.generateOutputs(project)
}
const isRight = project && !app.logger.hasErrors() && !app.logger.hasWarnings() && existsSync(join(out, 'index.html'))
console.log(isRight ? 'docs-site/index.html' : 'The site is not right: each warning above is an error.')
process.exitCode = isRight ? 0 : 1

/** As one imports them: `@live-poll/server-sdk/postgres`. */
function nameModules(project) {
  for (const module of project.getChildrenByKind(ReflectionKind.Module)) {
    const file = project.files.getReflectionPath(module) ?? ''
    const name = modules.get(file)
    if (!name) throw new Error(`No entry is made of ${file}.`)
    module.name = name
  }
}

/** What typedoc calls documented where functions must be takes in every method, of types that only mirror a driver's, too. */
function checkFunctions(project) {
  for (const { name, signatures = [] } of project.getReflectionsByKind(ReflectionKind.Function)) {
    if (!signatures.some((signature) => signature.hasComment())) app.logger.warn(`${name} has no documentation.`)
  }
}

/** By their titles: a dozen of them are called README. Their pages stay where their files are. */
function nameDocuments(project) {
  for (const document of project.documents ?? []) {
    paths.set(document, document.name)
    const text = document.content.map((part) => part.text).join('')
    document.name = /^# (.+)$/m.exec(text)?.[1]?.replaceAll('`', '') ?? document.name
  }
}
