// As where uWebSockets.js is not installed. For `node --require`.
const Module = require('node:module')

const resolve = Module._resolveFilename
Module._resolveFilename = function (name, ...rest) {
  if (name !== 'uWebSockets.js') return resolve.call(this, name, ...rest)
  throw Object.assign(new Error(`Cannot find module '${name}'`), { code: 'MODULE_NOT_FOUND' })
}
