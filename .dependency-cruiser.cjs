// Who may import whom: DESIGN section 3 as rules. A layer may import itself and every layer below it.
// Type imports count. Tests (*.test.ts, *.fixture.ts) may import what they test and their tools.
// test/tooling/import-rules.test.ts shows each rule failing on a small example.

const server = '^packages/server-sdk/src'
const client = '^packages/client-sdk/src'
const widget = '^packages/web-widget/src'
const tests = '\\.(test|fixture)\\.ts$'

// A package of this repository is named by its built file, or by its own name where it is not built.
const clientPackage = '(^|/)packages/client-sdk/|^@live-poll/client-sdk(/|$)'
const clientProtocol = '(^|/)packages/client-sdk/dist/protocol\\.|^@live-poll/client-sdk/protocol$'
const serverPackage = '(^|/)packages/server-sdk/|^@live-poll/server-sdk(/|$)'
const widgetPackage = '(^|/)packages/web-widget/|^@live-poll/web-widget(/|$)'

/** The server's layers from the lowest to the highest. */
const layers = [
  ['domain'],
  ['ports'],
  ['upkeep'],
  ['ballot-box', 'results', 'identity', 'outbox'],
  ['actions'],
  ['http', 'channel'],
  [
    'options.ts',
    'option-error.ts',
    'valid-values.ts',
    'check-options.ts',
    'resolve-options.ts',
    'api.ts',
    'create-api.ts',
    'open-images.ts',
    'open-core.ts',
    'create-live-poll.ts',
  ],
  ['index.ts'],
  ['invitations', 'use', 'env', 'cli', 'testing'],
]
const part = (names) => `${server}/(${names.join('|').replaceAll('.', '\\.')})(/|$)`

/** Each layer but the highest: what it must not import is every layer above it. */
const layerRules = layers.slice(0, -1).map((names, level) => ({
  name: `server-${names[0].replace('.ts', '')}-imports-nothing-above`,
  comment:
    'use -> index -> create-live-poll -> http, channel -> actions -> ballot-box, results, identity, outbox -> ports -> domain',
  severity: 'error',
  from: { path: part(names), pathNot: tests },
  to: { path: part(layers.slice(level + 1).flat()) },
}))

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycle',
      comment: 'Two files that need each other are one idea, or a part is missing.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-unresolved',
      comment: 'Run "npm run build" first if a package of this repository is not found.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-test-in-source',
      severity: 'error',
      from: { pathNot: [tests, '/test/'] },
      to: { path: [tests, '/test/'] },
    },

    // web-widget -> client-sdk <- (./protocol only) <- server-sdk
    {
      name: 'client-stands-alone',
      comment: 'client-sdk has no dependencies: not Node, not a package, not the other two of this repository.',
      severity: 'error',
      from: { path: client, pathNot: tests },
      to: { pathNot: client },
    },
    {
      name: 'server-uses-protocol-only',
      severity: 'error',
      from: { path: server },
      to: { path: clientPackage, pathNot: clientProtocol },
    },
    {
      name: 'server-does-not-import-widget',
      comment: 'The server copies the built widget at build time.',
      severity: 'error',
      from: { path: server },
      to: { path: widgetPackage },
    },
    {
      name: 'widget-does-not-import-server',
      severity: 'error',
      from: { path: widget },
      to: { path: serverPackage },
    },
    {
      name: 'widget-runs-in-browsers',
      severity: 'error',
      from: { path: widget, pathNot: tests },
      to: { dependencyTypes: ['core'] },
    },

    // domain/ and protocol/ import no Node, DOM or third-party code (DOM globals: tsconfig.pure.json)
    {
      name: 'protocol-is-pure',
      severity: 'error',
      from: { path: `${client}/protocol/`, pathNot: tests },
      to: { pathNot: `${client}/protocol/` },
    },
    {
      name: 'domain-is-pure',
      severity: 'error',
      from: { path: `${server}/domain/`, pathNot: tests },
      to: { pathNot: [`${server}/domain/`, clientProtocol] },
    },

    {
      name: 'server-part-has-a-layer',
      comment: 'A new folder or file at the top of src/ takes its place in "layers" above.',
      severity: 'error',
      from: { path: server, pathNot: [part(layers.flat()), `${server}/adapters/`, tests] },
      to: {},
    },
    ...layerRules,
    {
      name: 'http-and-channel-are-strangers',
      severity: 'error',
      from: { path: `${server}/(http|channel)/`, pathNot: tests },
      to: { path: `${server}/(http|channel)/`, pathNot: `${server}/$1/` },
    },

    // adapters -> ports, domain; nothing imports an adapter but open-core, env and cli, lazily
    {
      name: 'adapters-import-ports-and-domain',
      severity: 'error',
      from: { path: `${server}/adapters/`, pathNot: tests },
      to: { path: server, pathNot: `${server}/(adapters|ports|domain)/` },
    },
    {
      name: 'core-imports-no-adapter',
      severity: 'error',
      from: { path: server, pathNot: [`${server}/(adapters/|env/|cli/|testing/|open-(core|images)\\.ts$)`, tests] },
      to: { path: `${server}/adapters/` },
    },
    {
      name: 'adapters-are-loaded-lazily',
      comment: 'import("./adapters/...") or a type: importing the index loads no adapter.',
      severity: 'error',
      from: { path: `${server}/(open-(core|images)\\.ts$|env/|cli/)` },
      to: { path: `${server}/adapters/`, dynamic: false, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'drivers-stay-outside-the-core',
      comment: 'Databases belong to adapters/, sockets and tokens of others to use/.',
      severity: 'error',
      from: { path: server, pathNot: [`${server}/(adapters|use)/`, tests] },
      to: { path: ['(^|/)(kysely|@electric-sql/pglite|ioredis|ws|jose)(/|$)'] },
    },
    {
      name: 'hosts-are-passed-in',
      comment: 'Types are structural: nothing imports the host, uWebSockets.js or Socket.IO.',
      severity: 'error',
      from: { path: server, pathNot: tests },
      to: {
        path: [
          '(^|/)(@types/|@)?(express|fastify|hono|koa|next|uWebSockets\\.js|uwebsockets|socket\\.io|engine\\.io)(/|$)',
        ],
      },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: ['node_modules', '^packages/[^/]+/dist/'] },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['types', 'import', 'node', 'default'],
    },
  },
}
