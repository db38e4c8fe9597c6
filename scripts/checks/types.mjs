import { captureNode, tools } from '../run-command.mjs'
import { workspaces } from './files.mjs'

// Every project of the repository by the native compiler (TypeScript 7), which takes a second where 5.9 takes eight. What
// is published is built by 5.9, so both have seen it. Vue's files are read by a compiler of their own.
const vue = 'examples/vue'
const projects = ['.', 'tsconfig.pure.json', ...workspaces, 'examples/demo/public']

for (const project of projects) {
  const compiler = project === vue ? tools.vueTsc : tools.tsc
  const { code, output, seconds } = await captureNode([compiler, '-p', project])
  console.log(`${project} ${seconds.toFixed(1)} s`)
  if (code === 0) continue
  process.exitCode = 1
  console.log(output.trim())
}
