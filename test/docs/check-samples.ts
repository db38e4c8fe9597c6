import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import type { Sample } from './read-samples.ts'

const root = join(import.meta.dirname, '../..')

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  types: ['node'],
  strict: true,
  noUncheckedIndexedAccess: true,
  noEmit: true,
  skipLibCheck: true,
}

/**
 * Type-checks samples as modules of a project that has installed the built packages, all in one program.
 *
 * What a README presumes of the reader's app (`app`, `pool`) is exported by test/docs/presumed/<path of the README>.ts;
 * a sample that declares such a name itself keeps its own.
 * @returns what is wrong, as `README.md:42: message`
 */
export function checkSamples(samples: Sample[]): string[] {
  mkdirSync(join(root, 'tmp'), { recursive: true })
  const folder = mkdtempSync(join(root, 'tmp/docs-'))
  try {
    const written = new Map<string, Sample>()
    for (const [index, sample] of samples.entries()) {
      const path = join(folder, `${index}.ts`)
      // The first line is ours, where the fence stands in the README: line numbers stay the README's.
      writeFileSync(path, `${presumedImport(sample)}\n${sample.code}\nexport {}\n`)
      written.set(path, sample)
    }
    const program = ts.createProgram([...written.keys()], options)
    return ts.getPreEmitDiagnostics(program).map((diagnostic) => describe(diagnostic, written))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function describe(diagnostic: ts.Diagnostic, written: Map<string, Sample>): string {
  const message = ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n')
  const { file, start } = diagnostic
  if (!file || start === undefined) return message
  const line = file.getLineAndCharacterOfPosition(start).line
  const sample = written.get(file.fileName)
  return sample ? `${sample.file}:${sample.line + line}: ${message}` : `${file.fileName}:${line + 1}: ${message}`
}

function presumedImport(sample: Sample): string {
  const path = join(root, 'test/docs/presumed', sample.file.replace(/\.md$/, '.ts'))
  if (!existsSync(path)) return ''
  const own = namesIn(sample.code)
  const names = [...namesIn(readFileSync(path, 'utf8'), true)].filter((name) => !own.has(name))
  return `import { ${names.join(', ')} } from ${JSON.stringify(path.replace(/\.ts$/, ''))}`
}

/** Top-level names that a module declares; with `exportedOnly`, those that it exports. */
function namesIn(code: string, exportedOnly = false): Set<string> {
  const names = new Set<string>()
  const add = (name: ts.BindingName | undefined): void => {
    if (!name) return
    if (ts.isIdentifier(name)) names.add(name.text)
    else for (const element of name.elements) if (ts.isBindingElement(element)) add(element.name)
  }
  for (const statement of ts.createSourceFile('sample.ts', code, ts.ScriptTarget.Latest).statements) {
    const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined
    const isExported = modifiers?.some((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword)
    if (exportedOnly && !isExported) continue
    if (ts.isVariableStatement(statement)) for (const one of statement.declarationList.declarations) add(one.name)
    else if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) add(statement.name)
    else if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)) add(statement.name)
    else if (ts.isImportDeclaration(statement)) {
      const clause = statement.importClause
      add(clause?.name)
      const bindings = clause?.namedBindings
      if (bindings && ts.isNamespaceImport(bindings)) add(bindings.name)
      else for (const element of bindings?.elements ?? []) add(element.name)
    }
  }
  return names
}

/** The text of a document. */
export function readDocument(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

/** Files of presumed names, as the document that each belongs to. */
export function presumedDocuments(): string[] {
  const folder = join(root, 'test/docs/presumed')
  if (!existsSync(folder)) return []
  return ts.sys.readDirectory(folder, ['.ts']).map((path) => path.slice(folder.length + 1).replace(/\.ts$/, '.md'))
}
